import { createGraphiQLFetcher, type Fetcher } from "@graphiql/toolkit";
import { GraphQLError } from "graphql";
import { type Attachment, attachments } from "./attachments";
import { problems } from "./places";

const gateway = {
  url: location.pathname,
  // Any header a form cannot send makes the browser ask first, which is the gateway's guard against forged requests.
  headers: { "graphql-require-preflight": "1" },
};
const plain = createGraphiQLFetcher(gateway);

/** Sends an operation with the files attached to its tab, or says why not; without files it is plain JSON. */
export const fetcher: Fetcher = async (operation, options) => {
  const attached = attachments();
  if (!attached.length || operation.operationName === "IntrospectionQuery") return plain(operation, options);
  const problem = firstProblem(attached, operation.variables) ?? (await firstUnreadable(attached));
  if (problem) return { errors: [new GraphQLError(`Request not sent. ${problem}`)] };
  const multipart = createGraphiQLFetcher({
    ...gateway,
    fetch: (url, request) => fetch(url, { ...request, ...withFiles(request, attached) }),
  });
  return multipart(operation, options);
};

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
