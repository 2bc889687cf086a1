// An inline trace as Apollo's own reader has it, as JSON. Usage: trace.mjs BASE64
import protobuf from '@apollo/usage-reporting-protobuf';

const trace = protobuf.Trace.decode(Buffer.from(process.argv[2], 'base64'));
console.log(JSON.stringify(protobuf.Trace.toObject(trace, { longs: Number })));
