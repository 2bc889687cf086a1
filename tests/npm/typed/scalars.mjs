// What a client makes of the scalars: all are text in JSON, so that no digit and no zone is lost on the way.
// Those of federation are for routers.
export const scalars = {
  CurrencyCode: 'string',
  DateTime: 'string',
  Decimal: 'string',
  Duration: 'string',
  JSON: 'unknown',
  URL: 'string',
  Upload: 'Blob',
  _Any: 'never',
};
