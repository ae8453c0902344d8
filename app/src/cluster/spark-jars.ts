import { SPARK } from './spark-distribution.ts';
import type { JarSet } from './maven.ts';

/** The Hadoop that {@link SPARK} was built with: its S3A connector must be of the same version. */
const HADOOP_VERSION = '3.5.0';
/** The AWS SDK that this connector was built with. */
const AWS_SDK_VERSION = '2.35.4';

/**
 * The jars that Spark needs, beyond its own, to read Kafka and to read and write S3. Of the AWS SDK it holds only the
 * parts that S3A calls, not the bundle of 650 MB. Jars that Spark has itself are left out, so that no class exists in
 * two versions. The versions belong to {@link SPARK}: another Spark needs another set.
 */
export const SPARK_JARS: JarSet = {
  name: `spark-${SPARK.version}-kafka-s3`,
  title: `Kafka and S3 for Apache Spark ${SPARK.version} (22 MB)`,
  coordinates: [
    `org.apache.spark:spark-sql-kafka-0-10_2.13:${SPARK.version}`,
    `org.apache.hadoop:hadoop-aws:${HADOOP_VERSION}`,
    `software.amazon.awssdk:s3:${AWS_SDK_VERSION}`,
    `software.amazon.awssdk:s3-transfer-manager:${AWS_SDK_VERSION}`,
    `software.amazon.awssdk:apache-client:${AWS_SDK_VERSION}`,
  ],
  exclusions: [
    'at.yawk.lz4:lz4-java',
    'com.google.code.findbugs:jsr305',
    'commons-codec:commons-codec',
    'commons-logging:commons-logging',
    'org.apache.hadoop:hadoop-client-api',
    'org.apache.hadoop:hadoop-client-runtime',
    'org.apache.hadoop:hadoop-common',
    'org.apache.httpcomponents:*',
    'org.apache.spark:spark-tags_2.13',
    'org.lz4:lz4-java',
    'org.scala-lang:*',
    'org.scala-lang.modules:*',
    'org.slf4j:*',
    'org.xerial.snappy:snappy-java',
    // Only needed for other transports, which are not used.
    'org.wildfly.openssl:wildfly-openssl',
    'software.amazon.awssdk:bundle',
    'software.amazon.awssdk:netty-nio-client',
  ],
  sha256: {
    'analyticsaccelerator-s3-1.3.1.jar': '4959a9747cbb479c73c3ffbcd479bee5b014f8b2880994585a8693fb9d24675e',
    'annotations-2.35.4.jar': '6f36bd87155d1dd85d6efbdd29e532e3759a022211feb71affebee1aa34f04b8',
    'apache-client-2.35.4.jar': '6eade21b482724ed0a4613eaa95d20e47e7a81304bd28538ac427fece94a7740',
    'arns-2.35.4.jar': 'c63cc29f76a8527e9e10b621703163df541dc5cb315508dc2898518602c75380',
    'auth-2.35.4.jar': '6b601323004833fb4a857ffc95db4795e0e6320eb93e64b1246c655c9ff04994',
    'aws-core-2.35.4.jar': 'fdb5fc8f1a48d97fa7d04d3460fb42f6973c7b1bbe1b9d317871ef0162bcb623',
    'aws-query-protocol-2.35.4.jar': '9b4cf9b78977cc9f5b4ceae9c435dedbde6a055a0f8d9e053eaca945715e2a9f',
    'aws-xml-protocol-2.35.4.jar': '4f59176da2522c357b1993e4a890fde529f12f365795ef86269bde4a3984cd0d',
    'checksums-2.35.4.jar': '94464af4374d08ecf33ca06ed4d03e1615529e547726e26b56abacefbeee7948',
    'checksums-spi-2.35.4.jar': '88b5af85ac2d3c862be8856be4e683ab31932e4a5a3c1c45af864d2671ac7cec',
    'commons-pool2-2.13.1.jar': 'f77a5060d6936a9144023584232f9de3f2248f1abfe156e9d31795f18770674f',
    'crt-core-2.35.4.jar': '2c6aaa17bf9ccbb9d962dded4351e73decb197e3c5519970e0dae17e05d3df62',
    'endpoints-spi-2.35.4.jar': 'ef02441bda916959b8341290b49c68cc35538e1ad6f8629b75d8334dc6653e00',
    'eventstream-1.0.1.jar': '0c37d8e696117f02c302191b8110b0d0eb20fa412fce34c3a269ec73c16ce822',
    'hadoop-aws-3.5.0.jar': '66bd9eefb938b1a1657487324b63c13df2d8b17164a1dd24e0ef37b905bc5baa',
    'http-auth-2.35.4.jar': '3ec933a06e751a05e195eb3589209e23c44e1897263b6fcae34ef4cc63cd4491',
    'http-auth-aws-2.35.4.jar': 'c4acb92fdec90bfd9b67bfab8e41b69cd152c03cacc10281a8ab464791856e01',
    'http-auth-aws-eventstream-2.35.4.jar':
      '709107552f302be3fa9e05969a3779f5c0f07fb809e6fa1fa571a6f0c61326dd',
    'http-auth-spi-2.35.4.jar': '4495463406bb98eb136f2c3f3604ed5f08ec9974ebc3f34f2121b20679f61d5c',
    'http-client-spi-2.35.4.jar': '728be89b2a07b595edb0adee3a2cbbbdd4cb1f4caddde0d08c3979fe2620dedb',
    'identity-spi-2.35.4.jar': '188d73db7d4e2361654bc3c5a1b3eaeb445d0500fb012cc46c5d67975adf97bf',
    'json-utils-2.35.4.jar': '80d67a6bb3e7eb49c7d4b6e4ba4c1463ed7da0192b795158328602dc131c5ecc',
    'kafka-clients-3.9.2.jar': '014b4ef36884478a932641818b080c36a8f8e2e92dc771e800c9d2694f4f83d8',
    'metrics-spi-2.35.4.jar': 'c2a4ee90a21081317e2e6eba0c414d05d3d518aed2f86b1c1710a7367b450487',
    'profiles-2.35.4.jar': '0f4ef7ca72ccd80dd49ebeaf7f3ce60a7d7a00da59a91aeeae6e91052bbacbd8',
    'protocol-core-2.35.4.jar': 'f2532eca6ba2142fe4821d5decb03c83a3e15dc8bfae2240e7f2efa75f9868b5',
    'reactive-streams-1.0.4.jar': 'f75ca597789b3dac58f61857b9ac2e1034a68fa672db35055a8fb4509e325f28',
    'regions-2.35.4.jar': '77eae87b34ce96ecdf916a9bc06684dbeafcb6d38ef0513285fa5d5d6d41f5ca',
    'retries-2.35.4.jar': 'f99fb2f8c66d7e859955b3542d3af8f9de8f23a21d5e3250f0f2c5f18487e469',
    'retries-spi-2.35.4.jar': '668638751d059c527ddd41ffa4dcebe36a7c14860ed56776df09b861c14dc7dd',
    's3-2.35.4.jar': 'f23532c5223be9b0bfec0d72837ed09ed34dbdf8022818ba145b20076a78b4bc',
    's3-transfer-manager-2.35.4.jar': '0eec78870b3d0abc509a847072cf963cb2ae6e360dc6161a9449b3398c470476',
    'sdk-core-2.35.4.jar': 'fa559a4ce598852f3519c8f3b36250f583b0858a7611eedc4a81997778c617f4',
    'spark-sql-kafka-0-10_2.13-4.2.0.jar': '64539c45e5d39f7ddb747312c239f38f5208d08c1a0ddf7d70beb2fbd9373705',
    'spark-token-provider-kafka-0-10_2.13-4.2.0.jar':
      '641c7947afc8aa1189e433b7c2d305293993c8691bc1c2062d6d4f513b12518c',
    'third-party-jackson-core-2.35.4.jar': '32f4252c6c2df8f3a4aff885e6dc77024ad6b4cb48455d07b461ec30c41643ea',
    'utils-2.35.4.jar': '642aeef536a071668f0b772f05f9d21573abf6955e7b6fb5fdb893760cca10e8',
    'utils-lite-2.35.4.jar': 'e004806def5e22ec98edc48a133ff3317166255e1ba29d93d129e9fdfa64a7be',
  },
};
