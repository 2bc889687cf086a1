import { createGraphiQLFetcher, type Fetcher, isAsyncIterable } from "@graphiql/toolkit";
import { type ExecutionResult, GraphQLError } from "graphql";
import { type Attachment, attachments, tabShown } from "./attachments";
import { noted } from "./calls";
import { problems } from "./places";

const gateway = {
  url: location.pathname,
  // Any header a form cannot send makes the browser ask first, which is the gateway's guard against forged requests.
  headers: { "graphql-require-preflight": "1", "order-gateway-vendor-calls": "1" },
  // Subscriptions go over a WebSocket at the same address, with what the Headers pane says.
  subscriptionUrl: location.origin.replace(/^http/, "ws") + location.pathname,
};
const plain = createGraphiQLFetcher(gateway);

/** Sends an operation, and takes out of its answers what they say of vendor calls. */
export const fetcher: Fetcher = async (operation, options) => {
  if (operation.operationName === "IntrospectionQuery") return plain(operation, options);
  const tab = tabShown();
  const started = performance.now();
  const answer = await sent(operation, options);
  const note = (one: ExecutionResult) => noted(tab, started, one);
  return isAsyncIterable(answer) ? mapped(answer as AsyncIterable<ExecutionResult>, note) : note(answer as ExecutionResult);
};

/** With the files attached to its tab, or says why not; without files it is plain JSON. */
const sent: Fetcher = async (operation, options) => {
  const attached = attachments();
  if (!attached.length) return plain(operation, options);
  const problem = firstProblem(attached, operation.variables) ?? (await firstUnreadable(attached));
  if (problem) return { errors: [new GraphQLError(`Request not sent. ${problem}`)] };
  const multipart = createGraphiQLFetcher({
    ...gateway,
    fetch: (url, request) => fetch(url, { ...request, ...withFiles(request, attached) }),
  });
  return multipart(operation, options);
};

/** The same answers, each changed. No generator: it could not be ended while it waits for the next one. */
function mapped(answers: AsyncIterable<ExecutionResult>, change: (one: ExecutionResult) => ExecutionResult) {
  const source = answers[Symbol.asyncIterator]();
  const iterator: AsyncIterableIterator<ExecutionResult> = {
    [Symbol.asyncIterator]: () => iterator,
    next: async () => {
      const step = await source.next();
      return step.done ? step : { done: false, value: change(step.value) };
    },
    return: async () => (await source.return?.()) ?? { done: true, value: undefined },
  };
  return iterator;
}

function firstProblem(attached: readonly Attachment[], variables: Record<string, unknown> = {}): string | null {
  const found = problems(attached, variables);
  const index = found.findIndex(Boolean);
  return index < 0 ? null : `${attached[index].file.name}: ${found[index]}`;
}

/** A browser refuses a file that was changed since it was picked, and `fetch` would only say that it failed. */
async function firstUnreadable(attached: readonly Attachment[]): Promise<string | null> {
  for (const { file } of attached) {
    try {
      await file.slice(0, 1).arrayBuffer();
    } catch {
      return `${file.name}: The file was changed or removed since it was attached. Attach it again.`;
    }
  }
  return null;
}

/** A JSON request's body and headers as the GraphQL multipart request specification has them. */
function withFiles(request: RequestInit | undefined, attached: readonly Attachment[]): RequestInit {
  const body = new FormData();
  body.append("operations", request?.body as string);
  body.append("map", JSON.stringify(Object.fromEntries(attached.map(({ path }, n) => [n, [`variables.${path}`]]))));
  attached.forEach(({ file }, n) => body.append(String(n), file, file.name));
  const headers = new Headers(request?.headers);
  headers.delete("content-type"); // the browser's own names the boundary
  return { body, headers };
}
