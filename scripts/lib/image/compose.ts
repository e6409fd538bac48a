import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { PROJECT_ROOT } from '../paths';

export interface ComposeService {
  image: string;
  build?: string;
  command?: string[];
  environment?: Record<string, string>;
  healthcheck?: { test?: string[]; disable?: boolean };
  ports?: string[];
  volumes?: string[];
  restart?: string;
  profiles?: string[];
  init?: boolean;
  read_only?: boolean;
  stop_grace_period?: string;
  depends_on?: Record<string, { condition: string }>;
}

export interface Compose {
  name: string;
  services: Record<string, ComposeService>;
  volumes: Record<string, null>;
}

/** docker-compose.yml as Compose reads it where no variable is set. */
export async function readCompose(): Promise<Compose> {
  const text = await readFile(join(PROJECT_ROOT, 'docker-compose.yml'), 'utf8');
  return parse(interpolated(text), { merge: true }) as Compose;
}

/** @throws Error at a variable without a default: nobody who tries Waybill has set one */
function interpolated(text: string): string {
  return text.replace(/\$\{(\w+)(?::-([^}]*))?\}/g, (_, name: string, usual: string | undefined) => {
    if (usual === undefined) throw new Error(`\${${name}} has no default`);
    return usual;
  });
}

/** The service, by its name. */
export function serviceOf({ services }: Compose, name: string): ComposeService {
  const service = services[name];
  if (!service) throw new Error(`docker-compose.yml has no service ${name}`);
  return service;
}

/** The services that run the image of the Dockerfile. */
export const ownServices = ({ services }: Compose) => Object.entries(services).filter(([, { build }]) => build === '.');
