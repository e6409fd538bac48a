import { terminalPicture } from '../../scripts/lib/terminal-picture';

const picture = terminalPicture({
  text: '\x1b[32m✓\x1b[39m  a <b> & c\n\n  \x1b[1mbold\x1b[0m\n',
  title: 'npm run demo',
});

test('it has the title, a line per line, and the colours', () => {
  expect(picture).toContain('>npm run demo</text>');
  expect(picture.match(/<text y=/g)).toHaveLength(2);
  expect(picture).toMatch(/fill="#56d364">✓<\/tspan>/);
  expect(picture).toMatch(/font-weight="bold">bold<\/tspan>/);
});

test('each text stands in its column, whatever the font', () => {
  expect(picture).toContain('<tspan x="41.2" textLength="75.6" fill="#d8dee4">a &lt;b&gt; &amp; c</tspan>');
});

test('a colour goes on over the end of a line, as in a terminal', () => {
  const text = '\x1b[31mone\ntwo\x1b[39m\nthree';
  const colours = terminalPicture({ text, title: '' }).matchAll(/fill="(#\w+)">(one|two|three)</g);
  expect([...colours].map(([, colour]) => colour)).toEqual(['#ff7b72', '#ff7b72', '#d8dee4']);
});
