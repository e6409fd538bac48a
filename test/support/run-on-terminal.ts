import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../scripts/lib/paths';

/** a terminal of 80 columns for what it is told to run; `ready` on its standard error once there is one */
const TERMINAL = `
import fcntl, os, pty, struct, sys, termios
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack('HHHH', 24, 80, 0, 0))
sys.stderr.write('ready')
sys.stderr.flush()
if os.fork() == 0:
    while True:
        typed = os.read(0, 1024)
        if not typed:
            os._exit(0)
        os.write(terminal, typed)
while True:
    try:
        shown = os.read(terminal, 65536)
    except OSError:
        break
    if not shown:
        break
    os.write(1, shown)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

export interface OnTerminal {
  args?: readonly string[];
  env?: NodeJS.ProcessEnv;
  /** what is typed once the screen shows the text */
  typed?: { after: string; keys: string };
}

/** Runs a script of the project on a terminal of 80 columns and 24 rows, to its end. */
export function runOnTerminal(script: string, { args = [], env = {}, typed }: OnTerminal = {}) {
  const python = join(PROJECT_ROOT, '.tools', 'bin', 'python');
  return new Promise<{ code: number; screen: string }>((settle) => {
    const child = spawn(python, ['-c', TERMINAL, process.execPath, script, ...args], {
      cwd: PROJECT_ROOT,
      env: { ...process.env, TERM: 'xterm', ...env },
    });
    let screen = '';
    let due = typed;
    child.stdout.on('data', (chunk: Buffer) => {
      screen += chunk.toString();
      if (!due || !screen.includes(due.after)) return;
      child.stdin.write(due.keys);
      due = undefined;
    });
    child.on('close', (code) => settle({ code: code ?? -1, screen: screen.replaceAll('\r\n', '\n') }));
  });
}
