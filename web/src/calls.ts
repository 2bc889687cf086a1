import type { ExecutionResult } from "graphql";
import { useSyncExternalStore } from "react";

/** One call to a vendor, as the gateway tells it. */
export interface VendorCall {
  vendor: string;
  account: string;
  route: string;
  method: string;
  status: number | null;
  attempt: number;
  milliseconds: number;
}

/** What a tab's last run took. `cost` and `calls` are null where the gateway does not tell. */
export interface Run {
  milliseconds: number;
  cost: { requested?: number | null; actual?: number | null; limit?: number | null } | null;
  calls: readonly VendorCall[] | null;
  omitted: number;
}

const byTab = new Map<string, Run>();
const listeners = new Set<() => void>();

export function useRun(tab: string): Run | undefined {
  return useSyncExternalStore(subscribe, () => byTab.get(tab));
}

/** Forgets the runs of tabs that are closed. */
export function keepRuns(open: readonly string[]) {
  for (const tab of byTab.keys()) if (!open.includes(tab)) byTab.delete(tab);
}

/** Notes what the answer says of its calls, and returns it without them: they are shown beside it. */
export function noted<Result extends ExecutionResult>(tab: string, started: number, answer: Result): Result {
  const { vendorCalls, vendorCallsOmitted, ...rest } = answer.extensions ?? {};
  byTab.set(tab, {
    milliseconds: performance.now() - started,
    cost: isObject(rest.cost) ? rest.cost : null,
    calls: Array.isArray(vendorCalls) ? vendorCalls : null,
    omitted: typeof vendorCallsOmitted === "number" ? vendorCallsOmitted : 0,
  });
  for (const listener of listeners) listener();
  if (vendorCalls === undefined) return answer;
  return { ...answer, extensions: Object.keys(rest).length ? rest : undefined };
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
