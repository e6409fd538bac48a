import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  DockerfileParser,
  type From,
  type Instruction,
  type JSONInstruction,
  type ModifiableInstruction,
  type PropertyInstruction,
} from 'dockerfile-ast';
import { PROJECT_ROOT } from '../paths';

export type Step =
  /** relative sources, out of the context or of an earlier stage */
  { kind: 'copy'; sources: string[]; target: string; from: string | undefined } | { kind: 'run'; command: string };

export interface Stage {
  name: string;
  /** the image it begins with */
  base: string;
  workdir: string;
  user: string | undefined;
  env: Record<string, string>;
  labels: Record<string, string>;
  steps: Step[];
  /** in the exec form; `undefined` when there is none, or in the shell form */
  entrypoint: string[] | undefined;
  command: string[] | undefined;
  healthcheck: string[] | undefined;
  stopSignal: string | undefined;
  ports: number[];
}

/** The stages of a Dockerfile of this project, in their order. */
export async function readStages(path = 'Dockerfile'): Promise<Stage[]> {
  return parseStages(await readFile(join(PROJECT_ROOT, path), 'utf8'));
}

/**
 * Reads what a build of a Dockerfile would do.
 *
 * @throws Error at an instruction that is none of those we use, so that nothing is passed over in silence
 */
export function parseStages(text: string): Stage[] {
  const stages: Stage[] = [];
  const args = new Map<string, string>();
  for (const instruction of DockerfileParser.parse(text).getInstructions()) {
    const stage = stages.at(-1);
    if (instruction.getKeyword() === 'ARG')
      for (const [name, value] of propertiesOf(instruction)) args.set(name, value);
    else if (instruction.getKeyword() === 'FROM') stages.push(stageOf(instruction as From, args));
    else if (stage) add(stage, instruction);
  }
  return stages;
}

function stageOf(from: From, args: Map<string, string>): Stage {
  const image = from.getImage() ?? '';
  return {
    name: from.getBuildStage() ?? '',
    base: image.replace(/^\$\{?(\w+)\}?$/, (_, name: string) => args.get(name) ?? ''),
    workdir: '/',
    user: undefined,
    env: {},
    labels: {},
    steps: [],
    entrypoint: undefined,
    command: undefined,
    healthcheck: undefined,
    stopSignal: undefined,
    ports: [],
  };
}

function add(stage: Stage, instruction: Instruction): void {
  const words = instruction.getArguments().map((argument) => argument.getValue());
  const keyword = instruction.getKeyword();
  switch (keyword) {
    case 'WORKDIR':
      stage.workdir = words[0] ?? '/';
      return;
    case 'USER':
      stage.user = words[0];
      return;
    case 'ENV':
      Object.assign(stage.env, Object.fromEntries(propertiesOf(instruction)));
      return;
    case 'LABEL':
      Object.assign(stage.labels, Object.fromEntries(propertiesOf(instruction)));
      return;
    case 'COPY':
      stage.steps.push({
        kind: 'copy',
        sources: words.slice(0, -1),
        target: words.at(-1) ?? '',
        from: flag(instruction),
      });
      return;
    case 'RUN':
      stage.steps.push({ kind: 'run', command: words.join(' ') });
      return;
    case 'ENTRYPOINT':
      stage.entrypoint = execForm(instruction);
      return;
    case 'CMD':
      stage.command = execForm(instruction);
      return;
    case 'HEALTHCHECK':
      stage.healthcheck = healthcheckOf(instruction);
      return;
    case 'STOPSIGNAL':
      stage.stopSignal = words[0];
      return;
    case 'EXPOSE':
      stage.ports.push(...words.map(Number));
      return;
    default:
      throw new Error(`${keyword} is an instruction that nothing here understands`);
  }
}

const propertiesOf = (instruction: Instruction) =>
  (instruction as PropertyInstruction)
    .getProperties()
    .map((property) => [property.getName(), property.getValue() ?? ''] as const);

const flag = (copy: Instruction) =>
  (copy as ModifiableInstruction)
    .getFlags()
    .find((candidate) => candidate.getName() === 'from')
    ?.getValue() ?? undefined;

function execForm(instruction: Instruction): string[] | undefined {
  const words = (instruction as JSONInstruction).getJSONStrings().map((word) => word.getJSONValue());
  return words.length > 0 ? words : undefined;
}

/** `CMD ["…"]`, after its flags */
function healthcheckOf(instruction: Instruction): string[] | undefined {
  const [, list] = /^CMD\s+(\[.*\])$/s.exec((instruction.getArgumentsContent() ?? '').replace(/--\S+\s+/g, '')) ?? [];
  return list ? (JSON.parse(list) as string[]) : undefined;
}
