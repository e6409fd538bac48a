import currencyCodes from 'currency-codes';
import fc from 'fast-check';
import { MAX_AMOUNT, minorDigits, toDecimal, toMinorUnits, totalTolerance } from '../../src/domain/money';
import { holds } from '../support/contracts/runs';

// ISO 4217 as published; everything else that can be paid in has two decimals
const WITHOUT_DECIMALS = 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF'.split(' ');
const WITH_THREE_DECIMALS = 'BHD IQD JOD KWD LYD OMR TND'.split(' ');
const NOT_MONEY = 'BOV CHE CHW CLF COU MXV USN UYI UYW XAG XAU XBA XBB XBC XBD XDR XPD XPT XSU XTS XUA XXX'.split(' ');

const payable = currencyCodes.codes().filter((code) => !NOT_MONEY.includes(code));
const expectedDigits = (code: string): number =>
  WITHOUT_DECIMALS.includes(code) ? 0 : WITH_THREE_DECIMALS.includes(code) ? 3 : 2;

const anyAmount = fc.oneof(fc.integer({ min: 0, max: MAX_AMOUNT }), fc.integer({ min: 0, max: 100_000 }));

describe('minorDigits', () => {
  test.each(payable.map((code) => [code, expectedDigits(code)] as const))('of %s is %d', (code, digits) => {
    expect(minorDigits(code)).toBe(digits);
  });

  test.each(NOT_MONEY)('knows no %s, which nobody pays in', (code) => {
    expect(minorDigits(code)).toBeUndefined();
  });

  test.each(['', 'usd', 'Usd', 'US', 'USDX', ' USD', 'QQQ', '840', 'constructor', '__proto__'])(
    'knows no currency %j',
    (code) => {
      expect(minorDigits(code)).toBeUndefined();
    },
  );
});

describe('toMinorUnits', () => {
  test.each([
    // the classics of binary floating point
    [29.99, 2, 2999],
    [59.98, 2, 5998],
    [0.1 * 3, 2, undefined],
    [0.3, 2, 30],
    [1.005, 3, 1005],
    [1.15, 2, 115],
    [4.35, 2, 435],
    [8.2, 2, 820],
    [1.1, 3, 1100],
    [19.999, 3, 19_999],
    [9_999_999_999.99, 2, 999_999_999_999],
    [0.01, 2, 1],
    [0.001, 3, 1],
    [5998, 0, 5998],
    [1e3, 0, 1000],
    [0, 2, 0],
    [-29.99, 2, -2999],
  ])('%d with %i decimals is %p', (decimal, digits, amount) => {
    expect(toMinorUnits(decimal, digits)).toEqual(amount === undefined ? tooPrecise : { ok: true, amount });
  });

  const tooPrecise = { ok: false, reason: 'too-precise' };

  test.each([
    [0.001, 2],
    [29.995, 2],
    [0.5, 0],
    [1.0005, 3],
    [1e-7, 3],
    [1.5e-7, 3],
    [Number.MIN_VALUE, 3],
    [Number.EPSILON, 2],
  ])('refuses %d, which is below the minor unit of %i decimals', (decimal, digits) => {
    expect(toMinorUnits(decimal, digits)).toEqual(tooPrecise);
  });

  test.each([
    [MAX_AMOUNT, 0, true],
    [MAX_AMOUNT + 1, 0, false],
    [MAX_AMOUNT / 100, 2, true],
    [MAX_AMOUNT / 100 + 0.01, 2, false],
    [-MAX_AMOUNT - 1, 0, false],
    [Number.MAX_SAFE_INTEGER, 2, false],
    [1e21, 0, false],
    [1.5e21, 2, false],
    [1.2345e300, 3, false],
    [Number.MAX_VALUE, 0, false],
  ])('takes %d with %i decimals: %p', (decimal, digits, taken) => {
    expect(toMinorUnits(decimal, digits)).toMatchObject(taken ? { ok: true } : { ok: false, reason: 'too-large' });
  });

  test.each(payable)('is exact for every amount of %s', (code) => {
    const digits = minorDigits(code)!;
    fc.assert(
      fc.property(anyAmount, (amount) => {
        expect(toMinorUnits(toDecimal(amount, code), digits)).toEqual({ ok: true, amount });
      }),
      { numRuns: 50 },
    );
  });

  test.each(['USD', 'JPY', 'KWD'])('gives back every amount of %s up to the largest', (code) => {
    const digits = minorDigits(code)!;
    holds(
      fc.property(anyAmount, (amount) => {
        expect(toMinorUnits(toDecimal(amount, code), digits)).toEqual({ ok: true, amount });
        expect(toMinorUnits(toDecimal(-amount, code), digits)).toMatchObject({ ok: true });
      }),
    );
  });

  test('never invents a fraction: every finite number is exact, too precise or too large', () => {
    holds(
      fc.property(
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.integer({ min: 0, max: 3 }),
        (decimal, digits) => {
          const minor = toMinorUnits(decimal, digits);
          if (!minor.ok) return;
          expect(Number.isSafeInteger(minor.amount)).toBe(true);
          expect(Number(`${minor.amount}e-${digits}`)).toBeCloseTo(decimal, 12);
        },
      ),
    );
  });
});

describe('toDecimal', () => {
  test.each([
    [5998, 'USD', 59.98],
    [5, 'USD', 0.05],
    [0, 'USD', 0],
    [-5, 'USD', -0.05],
    [5998, 'JPY', 5998],
    [1, 'KWD', 0.001],
    [MAX_AMOUNT, 'USD', 10_000_000_000],
  ])('of %d %s is %d', (amount, currency, decimal) => {
    expect(toDecimal(amount, currency)).toBe(decimal);
  });
});

describe('totalTolerance', () => {
  test.each([
    [0, 0],
    [2, 1],
    [3, 10],
  ])('with %i decimals is %i minor units: 0.01 in major units, and none where that does not exist', (digits, units) => {
    expect(totalTolerance(digits)).toBe(units);
  });
});
