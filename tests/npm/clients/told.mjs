// What every client is given, and the one thing that each of them does: look at an order, watch it, change it, and be
// told of the change. A script is called with one argument: {url, key, orderId, …} as JSON; it prints JSON.
import { createHash } from 'node:crypto';

export const given = JSON.parse(process.argv[2]);
export const headers = { authorization: `Bearer ${given.key}` };
export const socketUrl = given.url.replace('http', 'ws');

export const ORDERS = 'query Orders($first: Int) { orders(first: $first) { nodes { id number } } }';
export const WATCH = `subscription Watch($ids: [ID!]!) {
  orderChanged(ids: $ids) { kind orderId order { id title status } }
}`;
export const RENAME = `mutation Rename($input: UpdateOrderInput!) {
  updateOrder(input: $input) { order { id title } outcome { state } userErrors { code message } }
}`;

export function renaming(title) {
  const vendor = { sellercloud: { description: title } };
  return { input: { orderId: given.orderId, idempotencyKey: `${title}: ${given.orderId}`, vendor } };
}

// Watches the order by `subscribe(next, failed) → stop`, renames it by `rename` once it was seen, and gives both events.
export async function watched(subscribe, rename) {
  const events = [];
  let stop;
  await new Promise((resolve, reject) => {
    stop = subscribe((result) => {
      if (result.error || result.errors) return reject(new Error(JSON.stringify(result.error ?? result.errors)));
      events.push(result.data.orderChanged);
      if (events.length === 1) Promise.resolve(rename()).then(judge).catch(reject);
      if (events.length === 2) resolve();
    }, reject);
  });
  await stop();
  return events.map(({ kind, order }) => ({ kind, title: order.title }));
}

function judge({ data, error, errors }) {
  const trouble = error ?? errors ?? data.updateOrder.userErrors;
  if (trouble.length !== 0) throw new Error(`not renamed: ${JSON.stringify(trouble)}`);
}

export function print(told) {
  console.log(JSON.stringify(told));
}

export function sha256(text) {
  return createHash('sha256').update(text).digest('hex');
}
