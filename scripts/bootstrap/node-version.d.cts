/** @throws Error when this Node is too old to run Waybill */
export function assertNodeVersion(version: string): void;
