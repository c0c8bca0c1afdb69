import { describe, expect, test } from 'vitest';
import { isAllowedAddress, isAllowedHost, urlFault } from '../../../src/webhooks/outgoing/address.ts';

const strict = { allowPrivate: false };
const intranet = { allowPrivate: true };

/** Ways to write an address or a name that is not a public server, as somebody would put it into a URL. */
const refused = [
  // IPv4 loopback in every notation of the URL standard
  '127.0.0.1',
  '127.0.0.1.',
  '127.1',
  '127.255.255.254',
  '2130706433',
  '017700000001',
  '0x7f000001',
  '0x7f.1',
  '0177.0.0.01',
  '%31%32%37.0.0.1',
  '１２７。０。０。１',
  // this host, private, shared, link-local and the clouds' metadata
  '0',
  '0.0.0.0',
  '0.1.2.3',
  '10.0.0.1',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '0xc0a80101',
  '100.64.0.1',
  '100.127.255.255',
  '169.254.169.254',
  '2852039166',
  '192.0.0.1',
  '192.0.2.1',
  '198.18.0.1',
  '224.0.0.1',
  '240.0.0.1',
  '255.255.255.255',
  // IPv6: itself, and IPv4 within it
  '[::]',
  '[::1]',
  '[0:0:0:0:0:0:0:1]',
  '[::127.0.0.1]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[::ffff:0:127.0.0.1]',
  '[64:ff9b::127.0.0.1]',
  '[64:ff9b:1::7f00:1]',
  '[2002:7f00:1::]',
  '[2002:a9fe:a9fe::1]',
  '[2001:0:4136:e378:8000:63bf:3fff:fdd2]',
  '[fe80::1]',
  '[fec0::1]',
  '[fc00::1]',
  '[fd00:ec2::254]',
  '[ff02::1]',
  '[2001:db8::1]',
  '[100::1]',
  // names of this machine and its network
  'localhost',
  'LOCALHOST',
  'localhost.',
  'api.localhost',
  'printer.local',
  'metadata.google.internal',
  'router.home.arpa',
  'redis',
];

describe('an endpoint’s host', () => {
  test.each(refused)('%s is refused', (host) => {
    expect(urlFault(`https://${host}/`, strict)).toBe('address');
  });

  test.each(['[fe80::1%25eth0]', '[fe80::1%eth0]', '127.0.0.256', '1.2.3.4.5'])('%s is no host at all', (host) => {
    expect(urlFault(`https://${host}/`, strict)).toBe('syntax');
  });

  test.each([
    'hooks.example.com',
    '93.184.215.14',
    '[2606:2800:21f:cb07:6820:80da:af6b:8b2c]',
    '对接.中国',
    'local.example',
  ])('%s is allowed', (host) => {
    expect(urlFault(`https://${host}/`, strict)).toBe(null);
  });
});

describe('an address that a name leads to', () => {
  test('is allowed where it is anybody’s to route', () => {
    for (const address of ['93.184.215.14', '1.1.1.1', '2606:4700::1111', '::ffff:1.1.1.1'])
      expect([address, isAllowedAddress(address, strict)]).toEqual([address, true]);
  });

  test('is refused with a zone, and where it is none', () => {
    for (const address of ['fe80::1%eth0', '2606:4700::1111%1', '', 'example.com', '1.1.1.1 '])
      expect([address, isAllowedAddress(address, strict)]).toEqual([address, false]);
  });
});

describe('where private addresses are allowed', () => {
  test('the machine and its networks are, by http and any port', () => {
    for (const host of [
      '127.0.0.1:3000',
      '10.0.0.1',
      '192.168.1.1:80',
      '[::1]:8080',
      '[fd00::1]',
      'localhost:3000',
      'erp',
    ])
      expect([host, urlFault(`http://${host}/`, intranet)]).toEqual([host, null]);
  });

  test('link-local addresses are not, nor what is nobody’s', () => {
    for (const host of [
      '169.254.169.254',
      '[fe80::1]',
      '0.0.0.0',
      '224.0.0.1',
      '[2002:7f00:1::]',
      '[::ffff:169.254.169.254]',
    ])
      expect([host, urlFault(`http://${host}/`, intranet)]).toEqual([host, 'address']);
    expect(isAllowedHost('169.254.169.254', intranet)).toBe(false);
  });
});

describe('an endpoint’s URL', () => {
  test.each([
    ['http://hooks.example.com/', 'https'],
    ['ftp://hooks.example.com/', 'syntax'],
    ['javascript:alert(1)', 'syntax'],
    ['//hooks.example.com/', 'syntax'],
    ['https://', 'syntax'],
    ['https://user@hooks.example.com/', 'credentials'],
    ['https://:secret@hooks.example.com/', 'credentials'],
    ['https://hooks.example.com/#', 'fragment'],
    ['https://hooks.example.com:80/', 'port'],
    ['https://hooks.example.com:22/', 'port'],
    ['https://hooks.example.com:443/', null],
    ['https://hooks.example.com:8443/a?b=c', null],
  ])('%s: %s', (url, fault) => {
    expect(urlFault(url, strict)).toBe(fault);
  });
});
