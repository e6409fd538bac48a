import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { createGateway, gatewayUrl } from '../lib/gateway';
import { createPaint, type Paint } from '../lib/paint';
import { printable } from '../lib/printable';
import { untilInterrupted } from '../lib/until-interrupted';

export type Gateway = ReturnType<typeof createGateway>;

/** A command that cannot be meant; says what was expected. */
export class Misused extends Error {}

/** What every command takes. */
interface Common {
  url?: string;
  json?: boolean;
}

/** What a command that changes something takes. */
export interface Acting extends Common {
  by: string;
  reason?: string;
}

/** What a command works with. */
export interface Session {
  gateway: Gateway;
  /** prints JSON for programs, and nothing else */
  asJson: boolean;
  /** lines may be drawn over: a person watches a terminal */
  isLive: boolean;
  paint: Paint;
  write(line: string): void;
  /** Prints what was found: as JSON, or in words. */
  tell<T>(found: T, inWords: (found: T) => readonly string[]): void;
  /** Does what the user may stop; says then what goes on without them. */
  follow<T>(work: (gateway: Gateway, signal: AbortSignal) => Promise<T>, goesOn: string): Promise<T>;
}

export type Desk = ReturnType<typeof createDesk>;

const write = (line: string) => void process.stdout.write(`${line}\n`);

/** Joins commands with the terminal, the gateway and the exit code. */
export function createDesk(env: NodeJS.ProcessEnv) {
  let code = 0;

  function open({ url, json = false }: Common): Session {
    const address = gatewayUrl(env, url);
    const gateway = createGateway({ url: address });
    const { isTTY: isTerminal } = process.stdout;
    return {
      gateway,
      asJson: json,
      isLive: isTerminal && !json,
      paint: createPaint(isTerminal && !json && !env['NO_COLOR']),
      write,
      tell(found, inWords) {
        if (json) write(JSON.stringify(found, undefined, 2));
        else for (const line of inWords(found)) write(printable(line));
      },
      follow: (work, goesOn) =>
        untilInterrupted(
          (signal) => work(createGateway({ url: address, signal }), signal),
          () => (json ? undefined : write(goesOn)),
        ),
    };
  }

  return {
    env,
    exitCode: () => code,
    /**
     * A command that asks the gateway.
     *
     * @param run is given the options as commander read them; answers the exit code, nothing is 0
     */
    command(
      command: Command,
      run: (session: Session, options: never, ...args: string[]) => Promise<number | void>,
    ): Command {
      return command
        .option('--url <address>', 'of the gateway, like http://127.0.0.1:3000')
        .option('--json', 'prints JSON, for programs')
        .action(async (...given: unknown[]) => {
          const names = given.slice(0, command.registeredArguments.length) as string[];
          const options = command.opts<Common>();
          code = (await run(open(options), options as never, ...names)) ?? 0;
        });
    },
    /** A command that changes something in somebody's name. */
    acting(command: Command): Command {
      return command.option('--by <name>', 'who asks for it, as the audit trail says', whoAsks(env));
    },
  };
}

/** Who asks, where nobody says. */
function whoAsks(env: NodeJS.ProcessEnv): string {
  try {
    return env['USER'] || userInfo().username;
  } catch {
    return 'operator';
  }
}
