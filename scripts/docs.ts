import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { Trouble } from './bootstrap/trouble.cjs';
import {
  BASELINE,
  baselineText,
  breaksSince,
  EVENTS_FOLDER,
  eventDocuments,
  readBaseline,
} from './lib/event-documents';
import { ALERT_RULES, alertRules } from './lib/alert-rules';
import { COLLECTOR_CONFIG, collectorConfig } from './lib/collector-config';
import { configurationReference } from './lib/configuration-reference';
import { dashboards } from './lib/dashboards';
import { metricsReference } from './lib/metrics-reference';
import { PROJECT_ROOT } from './lib/paths';

/**
 * Writes the documents that are made of the code.
 *
 * @param p.check   only sees whether they are up to date
 * @param p.release the schemas of events become what later ones must not break
 * @throws Trouble when they are not, or when the schemas break the last release's
 */
export async function main({ check, release }: { check: boolean; release: boolean }): Promise<void> {
  const breaks = breaksSince(await readBaseline());
  if (breaks.length > 0)
    throw new Trouble(`Schemas of events break who relies on them; another version is needed:\n${breaks.join('\n')}`);
  const documents = {
    'docs/configuration.md': configurationReference(),
    'docs/metrics.md': metricsReference(),
    ...dashboards(),
    [ALERT_RULES]: alertRules(),
    [COLLECTOR_CONFIG]: collectorConfig(),
    ...eventDocuments(),
    ...(release && { [BASELINE]: baselineText() }),
  };
  const stale: string[] = [];
  for (const [path, text] of Object.entries(documents)) {
    const file = join(PROJECT_ROOT, path);
    const wanted = await format(text, { ...(await resolveConfig(file)), filepath: file });
    if ((await readFile(file, 'utf8').catch(() => undefined)) === wanted) continue;
    stale.push(path);
    if (!check) await put(file, wanted);
  }
  const left = (await eventFiles()).filter((path) => !(path in documents) && path !== BASELINE);
  if (!check) for (const path of left) await rm(join(PROJECT_ROOT, path));
  const wrong = [...stale, ...left];
  if (check && wrong.length > 0)
    throw new Trouble(`${wrong.join(', ')}: not what the code says: \`npm run docs\` writes it anew.`);
}

async function put(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}

async function eventFiles(): Promise<string[]> {
  const entries = await readdir(join(PROJECT_ROOT, EVENTS_FOLDER), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map(({ parentPath, name }) => relative(PROJECT_ROOT, join(parentPath, name)));
}
