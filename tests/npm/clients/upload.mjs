// apollo-upload-client: files in a mutation's variables, by the multipart request specification.
import { ApolloClient, gql, InMemoryCache } from '@apollo/client';
import UploadHttpLink from 'apollo-upload-client/UploadHttpLink.mjs';
import { given, headers, print } from './told.mjs';

const link = new UploadHttpLink({ uri: given.url, headers: { ...headers, 'GraphQL-Require-Preflight': '1' } });
const client = new ApolloClient({ link, cache: new InMemoryCache() });
const file = new File(['%PDF-1.7 a purchase order'], 'Bestellung № 7.pdf', { type: 'application/pdf' });
const answer = await client.mutate({
  mutation: gql(`mutation Attach($input: AddAttachmentsInput!) {
    addAttachments(input: $input) {
      attachments { kind fileName } outcome { state } userErrors { code message } order { documents { state } }
    }
  }`),
  variables: {
    input: {
      parentId: given.paperOrderId,
      idempotencyKey: 'by apollo-upload-client',
      files: [{ kind: 'PURCHASE_ORDER', file }],
      purchaseOrder: { customerPrice: { amount: '156.87', currency: 'CAD' } },
    },
  },
});
print(answer.data.addAttachments);
