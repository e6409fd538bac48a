import { centerOf, distanceKm } from '../../src/domain/geography';

const SEOUL = { latitude: 37.57, longitude: 126.98 };
const LOS_ANGELES = { latitude: 34.05, longitude: -118.24 };
const SYDNEY = { latitude: -33.87, longitude: 151.21 };

// great-circle distances between the cities, in kilometres
test.each([
  ['over the date line', SEOUL, LOS_ANGELES, 9590],
  ['over the equator', SEOUL, SYDNEY, 8330],
  ['to itself', SEOUL, SEOUL, 0],
  ['to the other side of the earth', { latitude: 0, longitude: 0 }, { latitude: 0, longitude: 180 }, 20_015],
])('the distance %s', (_, from, to, km) => {
  expect(Math.abs(distanceKm(from, to) - km)).toBeLessThan(20);
  expect(distanceKm(to, from)).toBeCloseTo(distanceKm(from, to));
});

test.each([
  ['KR', SEOUL],
  ['SG', { latitude: 1.35, longitude: 103.82 }],
  ['LU', { latitude: 49.61, longitude: 6.13 }],
])('the middle of %s is not far from its capital', (country, capital) => {
  expect(distanceKm(centerOf(country)!, capital)).toBeLessThan(200);
});

test('every country has degrees that there are, and what is none has no place', () => {
  const codes = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N', 'O', 'P', 'Q', 'R', 'S', 'T'];
  const letters = [...codes, 'U', 'V', 'W', 'X', 'Y', 'Z'];
  const places = letters.flatMap((a) => letters.flatMap((b) => centerOf(`${a}${b}`) ?? []));
  expect(places.length).toBe(239);
  for (const { latitude, longitude } of places) {
    expect(Math.abs(latitude)).toBeLessThanOrEqual(90);
    expect(Math.abs(longitude)).toBeLessThanOrEqual(180);
  }
  expect(centerOf('ZZ')).toBeUndefined();
});
