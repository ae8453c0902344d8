import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { kafkaSource, s3aSettings } from '../../src/program/spark.ts';
import { loadSettings } from '../../src/config/settings.ts';

const KAFKA_BOOTSTRAP = 'kafka:9092';

describe('how executors reach the topic and the bucket', () => {
  it('says nothing of services that are not set', () => {
    const settings = loadSettings({});
    expect(kafkaSource(settings)).toBeNull();
    expect(s3aSettings(settings)).toEqual({});
  });

  it('turns TLS, certificates and a password into options of the Java client', () => {
    const folder = mkdtempSync(join(tmpdir(), 'contrail-spark-settings-'));
    try {
      const pem = (name: string): string => {
        writeFileSync(join(folder, name), `PEM of ${name}`);
        return join(folder, name);
      };
      const settings = loadSettings({
        KAFKA_BOOTSTRAP,
        KAFKA_TLS: 'on',
        KAFKA_TLS_CA: pem('ca'),
        KAFKA_TLS_CERT: pem('cert'),
        KAFKA_TLS_KEY: pem('key'),
        KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512',
        KAFKA_USERNAME: 'pilot',
        KAFKA_PASSWORD: String.raw`a"b\c`,
      });
      expect(kafkaSource(settings)?.options).toEqual({
        'kafka.bootstrap.servers': KAFKA_BOOTSTRAP,
        'kafka.security.protocol': 'SASL_SSL',
        'kafka.ssl.truststore.type': 'PEM',
        'kafka.ssl.truststore.certificates': 'PEM of ca',
        'kafka.ssl.keystore.type': 'PEM',
        'kafka.ssl.keystore.certificate.chain': 'PEM of cert',
        'kafka.ssl.keystore.key': 'PEM of key',
        'kafka.sasl.mechanism': 'SCRAM-SHA-512',
        'kafka.sasl.jaas.config': String.raw`org.apache.kafka.common.security.scram.ScramLoginModule required username="pilot" password="a\"b\\c";`,
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('refuses tokens, which executors could not get', () => {
    const settings = loadSettings({
      KAFKA_BOOTSTRAP,
      KAFKA_SASL_MECHANISM: 'OAUTHBEARER',
      KAFKA_OAUTH_TOKEN_URL: 'file:///token',
    });
    expect(() => kafkaSource(settings)).toThrow(/OAUTHBEARER does not go together with SPARK_REMOTE/);
  });

  it('gives S3A the endpoint, the region and the keys', () => {
    const garage = { GARAGE_ENDPOINT: 'http://garage:3900', ACCESS_KEY: 'k', SECRET_KEY: 's' };
    expect(s3aSettings(loadSettings(garage))).toMatchObject({
      'fs.s3a.endpoint': 'http://garage:3900',
      'fs.s3a.endpoint.region': 'garage',
      'fs.s3a.connection.ssl.enabled': 'false',
      'fs.s3a.access.key': 'k',
      'fs.s3a.secret.key': 's',
    });
  });
});
