// What a client written with gql.tada relies on; the compiler is the test.
import { initGraphQLTada, type ResultOf, type VariablesOf } from 'gql.tada';
import type { introspection } from './graphql-env.d.ts';
import type { Scalars } from './scalars';

export const graphql = initGraphQLTada<{ introspection: introspection; scalars: Scalars }>();

export const page = graphql(`
  query Page($filter: OrderFilter, $after: String) {
    orders(first: 20, after: $after, filter: $filter) {
      pageInfo { hasNextPage endCursor }
      nodes {
        id
        createdAt
        vendorUrl
        status
        total { amount currency }
        lines { termDuration quantity }
        details { __typename ... on SoftwareOneOrderDetails { revision } }
      }
    }
  }
`);

type Row = ResultOf<typeof page>['orders']['nodes'][number];

export function line(row: Row): [string, string | null, string | null, string | null] {
  return [row.id, row.createdAt, row.vendorUrl, row.total ? row.total.amount : null];
}

export const filtered: VariablesOf<typeof page> = { filter: { createdFrom: '2026-03-05T09:15:30Z' } };
// @ts-expect-error a DateTime is text
export const wrong: VariablesOf<typeof page> = { filter: { createdFrom: 5 } };
// @ts-expect-error there is no such status
export const status: Row['status'] = 'LOST';

// Every scalar of the graph has a type, for one that was forgotten would be `unknown`; and no name is left over.
type Types = introspection['types'];
type InGraph = { [Name in keyof Types]: unknown extends Types[Name] ? Name : never }[keyof Types];
type BuiltIn = 'Boolean' | 'Float' | 'ID' | 'Int' | 'String';
type Same<A, B> = [A, B] extends [B, A] ? true : [Exclude<A, B>, Exclude<B, A>];
export const complete: Same<Exclude<InGraph, BuiltIn>, keyof Scalars> = true;

export type { Result1 as OneOrderInFull } from './examples';
