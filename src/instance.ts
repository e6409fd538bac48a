import { hostname } from 'node:os';

/** This process among all others, for operations: in containers each of them has the same pid. */
export const INSTANCE = `${hostname()}#${process.pid}`;
