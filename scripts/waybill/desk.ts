import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { createGateway, gatewayUrl } from '../lib/gateway';
import { createPaint, type Paint } from '../lib/paint';
import { printable } from '../lib/printable';
import { confirmed } from './confirmed';
import { untilInterrupted } from '../lib/until-interrupted';

export type Gateway = ReturnType<typeof createGateway>;

/** A command that cannot be meant; says what was expected. */
export class Misused extends Error {}

/** What every command takes. */
interface Common {
  url?: string;
  json?: boolean;
  yes?: boolean;
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
  /** of the terminal, in columns; undefined where there is none */
  width: number | undefined;
  write(line: string): void;
  /** Prints what was found: as JSON, or in words, which may be broken to the width of the terminal. */
  tell<T>(found: T, inWords: (found: T, width?: number) => readonly string[]): void;
  /**
   * Asks the person at the terminal about what cannot be taken back; a program, and who said `--yes`, is not asked.
   *
   * @param what is done for good, as a sentence without its full stop
   * @throws Trouble when they would rather not
   */
  confirm(what: string): Promise<void>;
  /** Does what the user may stop; says then what goes on without them. */
  follow<T>(work: (gateway: Gateway, signal: AbortSignal) => Promise<T>, goesOn: string): Promise<T>;
}

export type Desk = ReturnType<typeof createDesk>;

const write = (line: string) => void process.stdout.write(`${line}\n`);

/** Joins commands with the terminal, the gateway and the exit code. */
export function createDesk(env: NodeJS.ProcessEnv) {
  let code = 0;

  function open({ url, json = false, yes = false }: Common): Session {
    const address = gatewayUrl(env, url);
    const orElse = '`npm start` starts Waybill, and --url names another gateway';
    const gateway = createGateway({ url: address, orElse });
    const { isTTY: isTerminal, columns } = process.stdout;
    const width = (isTerminal && !json && columns) || undefined;
    return {
      gateway,
      asJson: json,
      isLive: isTerminal && !json,
      paint: createPaint(isTerminal && !json && !env['NO_COLOR']),
      width,
      write,
      tell(found, inWords) {
        if (json) write(JSON.stringify(found, undefined, 2));
        else for (const line of inWords(found, width)) write(printable(line));
      },
      async confirm(what) {
        if (!yes && !json && isTerminal && process.stdin.isTTY) await confirmed(what);
      },
      follow: (work, goesOn) =>
        untilInterrupted(
          (signal) => work(createGateway({ url: address, signal, ...(!gateway.hasAnswered() && { orElse }) }), signal),
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
     * @param example as it is typed, after `npx waybill`
     * @param run is given the options as commander read them; answers the exit code, nothing is 0
     */
    command(
      command: Command,
      example: string,
      run: (session: Session, options: never, ...args: string[]) => Promise<number | void>,
    ): Command {
      return command
        .option('--url <address>', 'of the gateway, like http://127.0.0.1:3000')
        .option('--json', 'prints JSON, for programs')
        .addHelpText('after', `\nExample:\n  npx waybill ${example}`)
        .action(async (...given: unknown[]) => {
          const names = given.slice(0, command.registeredArguments.length) as string[];
          const options = command.opts<Common>();
          code = (await run(open(options), options as never, ...names)) ?? 0;
        });
    },
    /** A command that does what cannot be taken back. */
    forGood(command: Command): Command {
      return command.option('-y, --yes', 'does not ask whether it is meant');
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
