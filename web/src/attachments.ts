import { useSyncExternalStore } from "react";

/** A file and the place in its tab's variables that it is sent for, such as `input.files.0.file`. */
export interface Attachment {
  key: number;
  file: File;
  path: string;
}

const NONE: readonly Attachment[] = [];
const byTab = new Map<string, readonly Attachment[]>();
const listeners = new Set<() => void>();
let shownTab = "";
let lastKey = 0;

/** The attachments of the tab that is shown; the same array until they change. */
export function attachments(): readonly Attachment[] {
  return byTab.get(shownTab) ?? NONE;
}

/** The id of the tab that is shown. */
export function tabShown(): string {
  return shownTab;
}

export function useAttachments(): readonly Attachment[] {
  return useSyncExternalStore(subscribe, attachments);
}

/** Attaches each file to the path of the same index, or to none where there are fewer paths. */
export function attach(files: readonly File[], paths: readonly string[]) {
  change([...attachments(), ...files.map((file, index) => ({ key: ++lastKey, file, path: paths[index] ?? "" }))]);
}

export function move(key: number, path: string) {
  change(attachments().map((one) => (one.key === key ? { ...one, path } : one)));
}

export function detach(key: number) {
  change(attachments().filter((one) => one.key !== key));
}

/** Takes over which tab is shown, and lets go of the files of tabs that are closed. */
export function followTabs(open: readonly string[], shown: string) {
  for (const tab of byTab.keys()) if (!open.includes(tab)) byTab.delete(tab);
  shownTab = shown;
  notify();
}

function change(next: readonly Attachment[]) {
  byTab.set(shownTab, next);
  notify();
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function notify() {
  for (const listener of listeners) listener();
}
