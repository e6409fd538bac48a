import { isDeepStrictEqual } from 'node:util';

/** JSON Schema, as far as it is compared; any other keyword has to stay as it is. */
export interface Schema {
  type?: string | string[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  additionalProperties?: boolean | Schema;
  enum?: unknown[];
  const?: unknown;
  [keyword: string]: unknown;
}

export interface Change {
  /** published: whoever reads what we say must still understand it; accepted: whatever was taken must still be */
  direction: 'published' | 'accepted';
  before: Schema;
  after: Schema;
}

const ANNOTATIONS = new Set(['$id', '$schema', 'title', 'description', 'examples', 'default', 'deprecated']);
const COMPARED = new Set(['type', 'properties', 'required', 'items', 'additionalProperties', 'enum', 'const']);
const AT_LEAST = new Set(['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties']);
const AT_MOST = new Set(['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties']);
const SAME = new Set(['pattern', 'format']);

/**
 * Why a schema breaks who relies on the one before it, each with its place as a JSON pointer; empty when it does not.
 * What is published may only become narrower, what is accepted only wider, and no member may go.
 */
export function breaksOf({ direction, before, after }: Change, at = ''): string[] {
  const [inner, outer] = direction === 'published' ? [after, before] : [before, after];
  const told = (what: string) => `${at || '/'}: ${what}`;
  return [
    ...valueBreaks(inner, outer).map(told),
    ...memberBreaks({ direction, before, after }).map(told),
    ...nested({ direction, before, after }, at),
  ];
}

/** Every value of the inner schema has to be one of the outer. */
function valueBreaks(inner: Schema, outer: Schema): string[] {
  return [
    ...typeBreaks(inner, outer),
    ...wordBreaks(inner, outer),
    ...[...new Set([...Object.keys(inner), ...Object.keys(outer)])].flatMap((keyword) =>
      keywordBreaks(keyword, inner, outer),
    ),
  ];
}

function typeBreaks(inner: Schema, outer: Schema): string[] {
  if (outer.type === undefined) return [];
  const allowed = new Set([outer.type].flat());
  if (allowed.has('number')) allowed.add('integer');
  const types = inner.type === undefined ? ['any'] : [inner.type].flat();
  return types
    .filter((type) => !allowed.has(type))
    .map((type) => `type ${type} is not among ${[...allowed].join(', ')}`);
}

const wordsOf = (schema: Schema): unknown[] | undefined => ('const' in schema ? [schema.const] : schema.enum);

function wordBreaks(inner: Schema, outer: Schema): string[] {
  const allowed = wordsOf(outer);
  if (!allowed) return [];
  const words = wordsOf(inner);
  if (!words) return ['any value, where only some were listed'];
  const more = words.filter((word) => !allowed.some((one) => isDeepStrictEqual(one, word)));
  return more.map((word) => `value ${JSON.stringify(word)} is not among ${JSON.stringify(allowed)}`);
}

function keywordBreaks(keyword: string, inner: Schema, outer: Schema): string[] {
  if (ANNOTATIONS.has(keyword) || COMPARED.has(keyword)) return [];
  const [within, limit] = [inner[keyword], outer[keyword]];
  if (AT_LEAST.has(keyword) || AT_MOST.has(keyword)) {
    if (typeof limit !== 'number') return [];
    if (typeof within !== 'number') return [`${keyword} none is outside of ${limit}`];
    const isWithin = AT_LEAST.has(keyword) ? within >= limit : within <= limit;
    return isWithin ? [] : [`${keyword} ${within} is outside of ${limit}`];
  }
  if (SAME.has(keyword) && limit === undefined) return [];
  return isDeepStrictEqual(within, limit)
    ? []
    : [`${keyword} differs: ${JSON.stringify(within)}, ${JSON.stringify(limit)}`];
}

function memberBreaks({ direction, before, after }: Change): string[] {
  const [inner, outer] = direction === 'published' ? [after, before] : [before, after];
  const must = new Set(inner.required ?? []);
  const [others, taken] = [inner.additionalProperties ?? true, outer.additionalProperties ?? true];
  // one that is a schema has to stay as it is
  const open =
    typeof others === 'boolean' && typeof taken === 'boolean' ? others && !taken : !isDeepStrictEqual(others, taken);
  const gone = Object.keys(before.properties ?? {}).filter((name) => !after.properties?.[name]);
  const unsure = (outer.required ?? []).filter((name) => !must.has(name));
  const why = direction === 'published' ? 'was always there, and need not be any more' : 'is required, and was not';
  return [
    ...gone.map((name) => `${name} is gone`),
    ...unsure.filter((name) => !gone.includes(name)).map((name) => `${name} ${why}`),
    ...(open ? ['members that are not listed are not taken alike'] : []),
  ];
}

function nested({ direction, before, after }: Change, at: string): string[] {
  const members = Object.entries(before.properties ?? {}).flatMap(([name, schema]) => {
    const now = after.properties?.[name];
    return now ? breaksOf({ direction, before: schema, after: now }, `${at}/${name}`) : [];
  });
  const items = { before: before.items ?? {}, after: after.items ?? {} };
  const isList = before.items !== undefined || after.items !== undefined;
  return [...members, ...(isList ? breaksOf({ direction, ...items }, `${at}/items`) : [])];
}
