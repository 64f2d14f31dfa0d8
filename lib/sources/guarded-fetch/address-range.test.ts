import { expect, test } from 'vitest'
import { type AddressRange, addressRange } from './address-range.ts'

const ranges: Record<AddressRange, readonly string[]> = {
  public: [
    '1.1.1.1',
    '8.8.8.8',
    '93.184.216.34',
    '172.15.255.255',
    '172.32.0.0',
    '2606:4700:4700::1111',
    '::ffff:8.8.8.8',
  ],
  private: [
    ...['127.0.0.1', '127.255.255.254', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', '100.64.0.1'],
    ...['192.0.2.1', '198.18.0.1', '203.0.113.9', '::1', '0:0:0:0:0:0:0:1', 'fc00::1', 'fd12:3456::1', 'fec0::1'],
    ...[
      '::ffff:127.0.0.1',
      '::ffff:7f00:1',
      '::ffff:10.0.0.1',
      '64:ff9b::7f00:1',
      '2002:7f00:1::',
      '2001:db8::1',
      '2001::1',
    ],
  ],
  metadata: [
    '169.254.169.254',
    '169.254.0.1',
    '168.63.129.16',
    '100.100.100.200',
    'fe80::1',
    'fe80::1%eth0',
    'fd00:ec2::254',
    '::ffff:169.254.169.254',
    '::ffff:a9fe:a9fe',
  ],
  nowhere: [
    '0.0.0.0',
    '0.1.2.3',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::127.0.0.1',
    'ff02::1',
    '4000::1',
    'localhost',
    '',
    '127.1',
    '0x7f000001',
  ],
}

for (const [range, addresses] of Object.entries(ranges))
  test.each(addresses)(`%j is ${range}`, (address) => expect(addressRange(address)).toBe(range))
