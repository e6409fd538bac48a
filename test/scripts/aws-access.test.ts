import { emulatorEnvironment } from '../../scripts/lib/aws-access';

test("nobody's own credentials reach the emulator's processes, nor another region", () => {
  const own = { AWS_PROFILE: 'prod', AWS_ACCESS_KEY_ID: 'AKIA', AWS_SESSION_TOKEN: 'token', AWS_REGION: 'eu-west-1' };
  expect(emulatorEnvironment('http://127.0.0.1:4566', { ...own, PATH: '/bin' })).toEqual({
    PATH: '/bin',
    AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  });
});

test('the endpoint of one service may be elsewhere', () => {
  const env = emulatorEnvironment('http://127.0.0.1:4566', { AWS_ENDPOINT_URL_SQS: 'http://127.0.0.1:9324' });
  expect(env).toMatchObject({ AWS_ENDPOINT_URL_SQS: 'http://127.0.0.1:9324' });
});
