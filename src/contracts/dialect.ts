/** What the schemas are written in. */
export const DIALECT = 'http://json-schema.org/draft-07/schema#';

/** The `$id` of a schema by its name. */
export const idOf = (name: string): string => `urn:waybill:event:${name}`;
