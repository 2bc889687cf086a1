/**
 * The browser's storage for tabs and history, without request headers: they carry tokens, and GraphiQL's history
 * would keep them for ever, whatever `shouldPersistHeaders` says.
 */
export const storage = {
  get length() {
    return localStorage.length;
  },
  getItem: (key: string) => localStorage.getItem(key),
  removeItem: (key: string) => localStorage.removeItem(key),
  clear: () => localStorage.clear(),
  setItem: (key: string, value: string) => localStorage.setItem(key, withoutHeaders(value)),
};

function withoutHeaders(value: string): string {
  if (!value.includes('"headers"')) return value;
  try {
    return JSON.stringify(JSON.parse(value), (name, member) => (name === "headers" ? null : member));
  } catch {
    return value; // a query's text, not a record
  }
}
