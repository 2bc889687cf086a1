import "./calls.css";
import { pick, useGraphiQL } from "@graphiql/react";
import { useEffect } from "react";
import { keepRuns, type Run, useRun, type VendorCall } from "./calls";

/** The strip below the answer: what the shown tab's last run cost, and on request each call to a vendor. */
export function CallsFooter() {
  const { tabs, activeTabIndex } = useGraphiQL(pick("tabs", "activeTabIndex"));
  useEffect(() => keepRuns(tabs.map(({ id }) => id)), [tabs]);
  const run = useRun(tabs[activeTabIndex]?.id ?? "");
  if (!run) return <p className="calls">Run an operation to see what it costs.</p>;
  if (!run.calls) return <p className="calls">{inWords(run)}</p>;
  return (
    <details className="calls">
      <summary>{inWords(run)}</summary>
      {run.calls.length > 0 && <CallsTable calls={run.calls} omitted={run.omitted} />}
    </details>
  );
}

function CallsTable({ calls, omitted }: { calls: readonly VendorCall[]; omitted: number }) {
  return (
    <div className="calls-list" tabIndex={0} role="group" aria-label="Vendor calls">
      <table>
        <thead>
          <tr>
            <th scope="col">Account</th>
            <th scope="col">Call</th>
            <th scope="col">Status</th>
            <th scope="col" className="calls-number">
              ms
            </th>
          </tr>
        </thead>
        <tbody>
          {calls.map((call, index) => (
            <tr key={index}>
              <td title={call.vendor}>{call.account}</td>
              <td className="calls-route">
                {call.method} {call.route}
                {call.attempt > 1 && ` (attempt ${call.attempt})`}
              </td>
              <td className={call.status !== null && call.status < 400 ? undefined : "calls-failed"}>
                {call.status ?? "no answer"}
              </td>
              <td className="calls-number">{Math.round(call.milliseconds)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {omitted > 0 && <p>And {omitted} more.</p>}
    </div>
  );
}

function inWords({ milliseconds, cost, calls, omitted }: Run): string {
  const parts = [`${Math.round(milliseconds)} ms`];
  if (calls) {
    const count = calls.length + omitted;
    parts.unshift(count === 1 ? "1 vendor call" : `${count || "No"} vendor calls`);
  }
  if (typeof cost?.requested === "number") {
    parts.push(`cost ${cost.requested}${typeof cost.limit === "number" ? ` of at most ${cost.limit}` : ""}`);
  }
  return parts.join(" · ");
}
