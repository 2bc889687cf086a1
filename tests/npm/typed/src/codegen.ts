// What a client written with GraphQL Code Generator relies on; the compiler is the test.
import type { ResultOf, VariablesOf } from '@graphql-typed-document-node/core';
import type {
  AllOrdersDocument,
  AttachPurchaseOrderDocument,
  OneOrderInFullDocument,
  OpenOrdersDocument,
  OrderAtSoftwareOneDocument,
} from './gql/graphql';

type Row = ResultOf<typeof AllOrdersDocument>['orders']['nodes'][number];

export function line(row: Row): [string, string, string | null, string | null] {
  return [row.id, row.number, row.createdAt, row.total ? row.total.amount : null];
}

export function sum(rows: Row[]): number {
  // @ts-expect-error an amount is exact text, and no number to reckon with
  return rows.reduce((all, { total }) => all + (total?.amount ?? 0), 0);
}

export function said(order: ResultOf<typeof OneOrderInFullDocument>['softwareone']['nodes'][number]): string {
  switch (order.details.__typename) {
    case 'PartnerCenterOrderDetails':
    case 'SellercloudOrderDetails':
    case 'SoftwareOneOrderDetails':
      return order.details.__typename;
  }
}

export const since: VariablesOf<typeof OpenOrdersDocument> = { since: '2026-03-05T09:15:30Z' };
// @ts-expect-error a DateTime is text
export const wrong: VariablesOf<typeof OpenOrdersDocument> = { since: 5 };

export const file: VariablesOf<typeof AttachPurchaseOrderDocument> = {
  input: { parentId: 'x', files: [{ kind: 'PURCHASE_ORDER', file: new Blob([]) }] },
};

type Input = VariablesOf<typeof OrderAtSoftwareOneDocument>['input'];
// @ts-expect-error an input with @oneOf names one vendor
export const none: Input = { accountName: 'marketplace', vendor: {} };
