import "./files.css";
import {
  Button,
  type GraphiQLPlugin,
  pick,
  TrashIcon,
  tryParseJSONC,
  UnStyledButton,
  useGraphiQL,
} from "@graphiql/react";
import { type ChangeEvent, useCallback, useId, useLayoutEffect, useRef, useSyncExternalStore } from "react";
import { attach, type Attachment, detach, followTabs, move, useAttachments } from "./attachments";
import { problems, uploadPlaces, type Variables } from "./places";

/** The pane where files are attached to the variables of the shown tab's operation. */
export const FILES_PLUGIN: GraphiQLPlugin = { title: "Files", icon: FilesIcon, content: FilesPane };

/** A paper clip with the number of files. The icon is always drawn, so it also keeps the files with their tabs. */
function FilesIcon() {
  const { tabs, activeTabIndex } = useGraphiQL(pick("tabs", "activeTabIndex"));
  useLayoutEffect(
    () => followTabs(tabs.map(({ id }) => id), tabs[activeTabIndex]?.id ?? ""),
    [tabs, activeTabIndex],
  );
  const count = useAttachments().length;
  const wrong = useProblems().some(Boolean);
  return (
    <span className="files-icon" aria-hidden="true">
      <svg viewBox="0 0 20 20" fill="none" stroke="currentColor" strokeWidth="1.3" strokeLinecap="round">
        <path d="m16.5 9.4-6.4 6.4a4.2 4.2 0 0 1-5.9-5.9l6.9-6.9a2.8 2.8 0 0 1 4 4l-6.9 6.8a1.4 1.4 0 0 1-2-2l6.3-6.3" />
      </svg>
      {count > 0 && <span className={wrong ? "files-count wrong" : "files-count"}>{count}</span>}
    </span>
  );
}

function FilesPane() {
  const attached = useAttachments();
  const found = useProblems();
  const places = usePlaces();
  const picker = useRef<HTMLInputElement>(null);
  const button = useRef<HTMLButtonElement>(null);

  function pickFiles({ target }: ChangeEvent<HTMLInputElement>) {
    const taken = new Set(attached.map(({ path }) => path));
    attach([...(target.files ?? [])], places.filter((path) => !taken.has(path)));
    target.value = ""; // so that the same file can be picked again
  }

  function remove(key: number) {
    detach(key);
    button.current?.focus();
  }

  return (
    <section className="files" aria-label="Files">
      <div className="files-header">
        Files
        <Button ref={button} type="button" onClick={() => picker.current?.click()}>
          Attach files
        </Button>
        <input ref={picker} type="file" multiple hidden aria-label="Files to attach" onChange={pickFiles} />
      </div>
      {!attached.length && (
        <p>
          For variables of type <code>Upload</code>: write <code>null</code> where a file goes, and attach it here. It
          is sent with each run of this tab's operation until it is removed.
        </p>
      )}
      <ul>
        {attached.map((one, index) => (
          <FileRow key={one.key} attachment={one} problem={found[index]} onRemove={() => remove(one.key)} />
        ))}
      </ul>
    </section>
  );
}

interface FileRowProps {
  attachment: Attachment;
  problem: string | null;
  onRemove: () => void;
}

function FileRow({ attachment: { key, file, path }, problem, onRemove }: FileRowProps) {
  const said = useId();
  return (
    <li>
      <div className="files-file">
        <span className="files-name" title={file.name}>
          {file.name}
        </span>
        <span className="files-size">{sizeInWords(file.size)}</span>
        <UnStyledButton type="button" aria-label={`Remove ${file.name}`} onClick={onRemove}>
          <TrashIcon />
        </UnStyledButton>
      </div>
      <input
        type="text"
        aria-label={`Variable path of ${file.name}`}
        aria-invalid={problem !== null}
        aria-describedby={said}
        placeholder="input.file"
        spellCheck={false}
        value={path}
        onChange={({ target }) => move(key, target.value.trim())}
      />
      <p id={said} role="status" className="files-problem">
        {problem}
      </p>
    </li>
  );
}

/** What is wrong with each attachment; nothing while the variables are no JSON, of which their editor complains. */
function useProblems(): (string | null)[] {
  const attached = useAttachments();
  const variables = useVariables();
  return variables ? problems(attached, variables) : attached.map(() => null);
}

/** The places in the variables that wait for a file. */
function usePlaces(): string[] {
  const { schema, operations, operationName } = useGraphiQL(pick("schema", "operations", "operationName"));
  const variables = useVariables();
  const operation = operations?.find(({ name }) => name?.value === operationName) ?? operations?.[0];
  return schema && operation && variables ? uploadPlaces(schema, operation, variables) : [];
}

/** The variables as they stand in their editor, or null while they are no JSON object. */
function useVariables(): Variables | null {
  const editor = useGraphiQL(({ variableEditor }) => variableEditor);
  const subscribe = useCallback(
    (listener: () => void) => {
      const listening = editor?.onDidChangeModelContent(listener);
      return () => listening?.dispose();
    },
    [editor],
  );
  const text = useSyncExternalStore(subscribe, () => editor?.getValue() ?? "");
  try {
    return tryParseJSONC(text) ?? {};
  } catch {
    return null;
  }
}

function sizeInWords(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const [value, unit] = bytes < 999_950 ? [bytes / 1000, "kB"] : [bytes / 1_000_000, "MB"];
  return `${value.toFixed(1)} ${unit}`;
}
