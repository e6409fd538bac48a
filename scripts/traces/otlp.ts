import { parse, type Type } from 'protobufjs';

/** A span as it was received; times in milliseconds of the epoch. */
export interface ReceivedSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: string;
  /** `service.name` of the process that made it */
  process: string;
  startedAt: number;
  endedAt: number;
  attributes: Record<string, unknown>;
  /** present on one that failed: why */
  error?: string;
}

/** What we read of opentelemetry-proto's trace service; what it does not name is passed over. */
const PROTO = `
syntax = "proto3";
message Request { repeated ResourceSpans resource_spans = 1; }
message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
message Resource { repeated KeyValue attributes = 1; }
message ScopeSpans { repeated Span spans = 2; }
message Span {
  bytes trace_id = 1;
  bytes span_id = 2;
  bytes parent_span_id = 4;
  string name = 5;
  int32 kind = 6;
  fixed64 start_time_unix_nano = 7;
  fixed64 end_time_unix_nano = 8;
  repeated KeyValue attributes = 9;
  Status status = 15;
}
message Status { string message = 2; int32 code = 3; }
message KeyValue { string key = 1; AnyValue value = 2; }
message AnyValue {
  oneof value {
    string string_value = 1;
    bool bool_value = 2;
    int64 int_value = 3;
    double double_value = 4;
    ArrayValue array_value = 5;
  }
}
message ArrayValue { repeated AnyValue values = 1; }
`;

const KINDS = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'];
const FAILED = 2;

interface Value {
  stringValue?: string;
  boolValue?: boolean;
  intValue?: string | number;
  doubleValue?: number;
  arrayValue?: { values?: Value[] };
}

type KeyValues = { key: string; value?: Value }[];

/** As OTLP writes it in JSON, which protobuf is brought to. */
interface Request {
  resourceSpans?: {
    resource?: { attributes?: KeyValues };
    scopeSpans?: { spans?: SentSpan[] }[];
  }[];
}

interface SentSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind?: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes?: KeyValues;
  status?: { code?: number; message?: string };
}

let requestType: Type | undefined;

/**
 * The spans of a call to `/v1/traces`.
 *
 * @param contentType `application/json`, or else it is protobuf
 * @throws Error when the body is neither
 */
export function readSpans(body: Buffer, contentType = ''): ReceivedSpan[] {
  const { resourceSpans = [] } = contentType.startsWith('application/json')
    ? (JSON.parse(body.toString()) as Request)
    : fromProtobuf(body);
  return resourceSpans.flatMap(({ resource, scopeSpans = [] }) => {
    const { 'service.name': name } = valuesOf(resource?.attributes);
    const process = typeof name === 'string' ? name : 'unknown';
    return scopeSpans.flatMap(({ spans = [] }) => spans.map((span) => received(span, process)));
  });
}

function fromProtobuf(body: Buffer): Request {
  requestType ??= parse(PROTO).root.lookupType('Request');
  const read = requestType.toObject(requestType.decode(body), { longs: String, bytes: Buffer }) as Request;
  const spans = (read.resourceSpans ?? []).flatMap(({ scopeSpans = [] }) =>
    scopeSpans.flatMap((one) => one.spans ?? []),
  );
  for (const span of spans)
    for (const name of ['traceId', 'spanId', 'parentSpanId'] as const)
      span[name] = Buffer.from(span[name] ?? '').toString('hex');
  return read;
}

function received(span: SentSpan, process: string): ReceivedSpan {
  const { traceId, spanId, parentSpanId, name, kind = 0, attributes, status } = span;
  return {
    traceId,
    spanId,
    ...(parentSpanId && { parentSpanId }),
    name,
    kind: KINDS[kind] ?? 'UNSPECIFIED',
    process,
    startedAt: millisecondsOf(span.startTimeUnixNano),
    endedAt: millisecondsOf(span.endTimeUnixNano),
    attributes: valuesOf(attributes),
    ...(status?.code === FAILED && { error: status.message ?? '' }),
  };
}

const millisecondsOf = (nanoseconds: string): number => Number(BigInt(nanoseconds) / 1000n) / 1000;

const valuesOf = (attributes: KeyValues = []): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value = {} }) => [key, valueOf(value)]));

function valueOf({ stringValue, boolValue, intValue, doubleValue, arrayValue }: Value): unknown {
  if (arrayValue) return (arrayValue.values ?? []).map(valueOf);
  return stringValue ?? boolValue ?? doubleValue ?? (intValue === undefined ? undefined : Number(intValue));
}
