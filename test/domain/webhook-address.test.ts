import { isPublicAddress, webhookUrlProblem } from '../../src/domain/webhook-address';

const PRIVATE = [
  ['loopback', '127.0.0.1', '127.255.255.254', '::1'],
  ['of a private network', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', 'fc00::1', 'fd00:ec2::254'],
  ['link-local: the metadata of a cloud', '169.254.169.254', '169.254.170.2', 'fe80::1'],
  ['of a provider', '100.64.0.1', '100.127.255.255'],
  ['of everybody or of nobody', '0.0.0.0', '255.255.255.255', '224.0.0.1', 'ff02::1', '::'],
  ['set apart', '192.0.2.1', '198.51.100.1', '203.0.113.1', '198.18.0.1', '240.0.0.1', '192.0.0.8', '2001:db8::1'],
  ['one of those, as IPv6', '::ffff:127.0.0.1', '::ffff:10.0.0.1', '::ffff:169.254.169.254', '::10.0.0.1'],
  ['translated', '64:ff9b::7f00:1', '2002:7f00:1::', '2001::1'],
  ['none', 'localhost', '', '1.2.3.4.5'],
];

describe.each(PRIVATE)('an address that is %s', (_, ...addresses) => {
  test.each(addresses)('%s', (address) => {
    expect(isPublicAddress(address)).toBe(false);
    const url = `https://${address.includes(':') ? `[${address}]` : address}/hook`;
    if (URL.canParse(url)) expect(webhookUrlProblem(url, { allowPrivate: false })).toMatch(/everybody can reach/);
  });
});

test.each(['8.8.8.8', '1.1.1.1', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '::ffff:8.8.8.8'])(
  'an address of the internet: %s',
  (address) => expect(isPublicAddress(address)).toBe(true),
);

describe('a URL', () => {
  test.each([
    ['https://shop.example.com/hook'],
    ['https://shop.example.com:8443/hook?shop=1'],
    ['https://8.8.8.8/'],
    ['https://xn--bcher-kva.example/'],
  ])('%s is one', (url) => expect(webhookUrlProblem(url, { allowPrivate: false })).toBeUndefined());

  test.each([
    ['http://shop.example.com/', /expected an https URL, got http:/],
    ['ftp://shop.example.com/', /got ftp:/],
    ['shop.example.com', /expected an https URL/],
    ['https://user:secret@shop.example.com/', /without user and password/],
    ['https://user@shop.example.com/', /without user and password/],
    ['https://shop.example.com/#part', /without a fragment/],
    [`https://shop.example.com/${'x'.repeat(2000)}`, /at most 2000 characters/],
    ['https://localhost/', /everybody can reach/],
    ['https://api.localhost/', /everybody can reach/],
    ['https://intranet/', /everybody can reach/],
    ['https://db.internal/', /everybody can reach/],
    ['https://printer.local./', /everybody can reach/],
    // other ways to write 127.0.0.1
    ['https://2130706433/', /everybody can reach/],
    ['https://0x7f.1/', /everybody can reach/],
    ['https://127.1/', /everybody can reach/],
    ['https://%31%32%37.0.0.1/', /everybody can reach/],
    ['https://[::ffff:7f00:1]/', /everybody can reach/],
  ])('%s is none', (url, problem) => expect(webhookUrlProblem(url, { allowPrivate: false })).toMatch(problem));

  test.each(['http://127.0.0.1:8080/', 'http://localhost/', 'https://10.0.0.1/'])(
    '%s is one where private addresses are allowed',
    (url) => expect(webhookUrlProblem(url, { allowPrivate: true })).toBeUndefined(),
  );

  test.each(['ftp://127.0.0.1/', 'http://user:secret@127.0.0.1/', 'nonsense'])('%s is none even there', (url) =>
    expect(webhookUrlProblem(url, { allowPrivate: true })).toMatch(/expected an http or https URL/),
  );
});
