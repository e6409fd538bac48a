import type { Command } from 'commander';
import { createDesk } from '../../../scripts/waybill/desk';
import { createProgram } from '../../../scripts/waybill/program';

/** every command that does something, with the words that name it */
function commandsOf(command: Command, words: readonly string[] = []): (readonly [name: string, command: Command])[] {
  return command.commands.length === 0
    ? [[words.join(' '), command]]
    : command.commands.flatMap((one) => commandsOf(one, [...words, one.name()]));
}

test.each(commandsOf(createProgram(createDesk({}))))(
  '%s --help ends with an example that it takes',
  (name, command) => {
    let help = '';
    command.configureOutput({ writeOut: (text) => void (help += text) }).outputHelp();
    const example = /\nExample:\n {2}npx waybill (.+)\n$/.exec(help)?.[1] ?? '';
    expect(example.startsWith(name)).toBe(true);
    const words = [...example.slice(name.length).matchAll(/'([^']*)'|\S+/g)].map(([word, inside]) => inside ?? word);
    const { operands, unknown } = command.exitOverride().parseOptions(words);
    expect(unknown).toEqual([]);
    expect(operands.length).toBeLessThanOrEqual(command.registeredArguments.length);
    const missing = command.options.filter(
      (one) => one.mandatory && command.getOptionValue(one.attributeName()) === undefined,
    );
    expect(missing.map(({ flags }) => flags)).toEqual([]);
  },
);
