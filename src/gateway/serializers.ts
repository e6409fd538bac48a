import type { FastifyInstance } from 'fastify';
import fastJson from 'fast-json-stringify';

type Schema = Parameters<typeof fastJson>[0];
type Serializer = (value: unknown) => string;

/** by the answer's schema and those that it refers to: most answers, like problems, are those of many routes */
const compiled = new Map<string, Serializer>();

/**
 * Compiles the serializer of each answer once in a process, with the schemas that it needs. By itself Fastify compiles one
 * for each route and status, and reads every schema that has a name again each time: with as many as there are here that
 * takes seconds.
 */
export function shareSerializers(app: FastifyInstance): void {
  app.setSerializerCompiler(({ schema }) => {
    const needed = neededBy(schema, app.getSchemas());
    const key = JSON.stringify([schema, needed]);
    const known = compiled.get(key);
    if (known) return known;
    const serialize = fastJson(schema as Schema, { schema: needed as Record<string, Schema> });
    compiled.set(key, serialize);
    return serialize;
  });
}

/** The named schemas that a schema refers to, and those that they do. */
function neededBy(schema: unknown, named: Record<string, unknown>): Record<string, unknown> {
  const needed: Record<string, unknown> = {};
  const look = (at: unknown) => {
    for (const id of refsOf(at)) {
      if (id in needed || !Object.hasOwn(named, id)) continue;
      needed[id] = named[id];
      look(named[id]);
    }
  };
  look(schema);
  return needed;
}

/** `Problem` of `{ "$ref": "Problem#" }`. */
const refsOf = (schema: unknown): string[] =>
  [...JSON.stringify(schema).matchAll(/"\$ref":"([^"#]+)#/g)].map(([, id = '']) => id);
