'use strict';

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const FRAME_MS = 100;
const HEARTBEAT_MS = 15_000;

const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;

/**
 * Shows the stages of something long with their times: a spinner on a terminal, plain lines elsewhere.
 *
 * @param stream where to write
 */
function createProgress(stream = process.stdout) {
  const running = new Map();
  const terminal = stream.isTTY;
  let timer;
  const clear = () => terminal && timer && stream.write('\r\x1b[K');
  let frame = 0;

  function line(text) {
    clear();
    stream.write(`${text}\n`);
  }

  function tick() {
    if (!terminal) {
      for (const [title, since] of running) line(`${title} … ${seconds(since)}`);
      return;
    }
    const stages = [...running].map(([title, since]) => `${title} ${seconds(since)}`).join(', ');
    frame = (frame + 1) % FRAMES.length;
    clear();
    stream.write(`${FRAMES[frame]} ${stages}`.slice(0, (stream.columns || 80) - 1));
  }

  /** runs one stage; its title appears at once, its time at the end */
  async function stage(title, work) {
    const since = Date.now();
    running.set(title, since);
    if (!terminal) line(`${title} …`);
    if (!timer) timer = setInterval(tick, terminal ? FRAME_MS : HEARTBEAT_MS);
    try {
      const result = await work();
      line(terminal ? `✔ ${title} ${seconds(since)}` : `${title}: ${seconds(since)}`);
      return result;
    } finally {
      running.delete(title);
      if (running.size === 0) stop();
    }
  }

  /** shows no more of the stages that still run */
  function stop() {
    clear();
    clearInterval(timer);
    timer = undefined;
  }

  return { stage, line, stop };
}

module.exports = { createProgress };
