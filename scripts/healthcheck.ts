/**
 * Asks the process of this container whether it is well: `healthcheck.js [/livez | /readyz]`. Exits 0 when it says so,
 * and 1 when it says no, hangs, or is not there. The gateway answers at PORT, worker and consumer at HEALTH_PORT.
 */
const PATIENCE_MS = 4_000;

async function main(path = '/livez'): Promise<void> {
  const { HEALTH_PORT, PORT } = process.env;
  const url = `http://127.0.0.1:${HEALTH_PORT || PORT || 3000}${path}`;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) });
    console.log(`${url}: ${response.status} ${await response.text()}`);
    process.exitCode = response.ok ? 0 : 1;
  } catch (error) {
    const { message, cause } = error as Error;
    console.log(`${url}: ${cause instanceof Error ? cause.message : message}`);
    process.exitCode = 1;
  }
}

void main(process.argv[2]);
