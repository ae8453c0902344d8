import type { Protocol } from '../actions/actions.ts';
import { unsupportedFeature } from '../errors.ts';

interface TableFeature {
  /** Whether readers must know it too. */
  readonly bindsReaders: boolean;
  /** The legacy protocol versions that include it, for features that are older than table features. */
  readonly legacy?: { readonly reader: number; readonly writer: number };
  /** The table property that asks for it, and the value that does; null: any. */
  readonly property?: { readonly name: string; readonly value: string };
  readonly requires?: readonly string[];
}

/** The features that this library may give a table. Source: Delta protocol, "Valid Feature Names in Table Features". */
const FEATURES: Readonly<Record<string, TableFeature>> = {
  appendOnly: {
    bindsReaders: false,
    legacy: { reader: 1, writer: 2 },
    property: { name: 'delta.appendOnly', value: 'true' },
  },
  invariants: { bindsReaders: false, legacy: { reader: 1, writer: 2 } },
  changeDataFeed: {
    bindsReaders: false,
    legacy: { reader: 1, writer: 4 },
    property: { name: 'delta.enableChangeDataFeed', value: 'true' },
  },
  columnMapping: { bindsReaders: true, legacy: { reader: 2, writer: 5 } },
  deletionVectors: {
    bindsReaders: true,
    property: { name: 'delta.enableDeletionVectors', value: 'true' },
  },
  timestampNtz: { bindsReaders: true },
  typeWidening: {
    bindsReaders: true,
    property: { name: 'delta.enableTypeWidening', value: 'true' },
  },
  v2Checkpoint: { bindsReaders: true, property: { name: 'delta.checkpointPolicy', value: 'v2' } },
  vacuumProtocolCheck: { bindsReaders: true },
  domainMetadata: { bindsReaders: false },
  inCommitTimestamp: {
    bindsReaders: false,
    property: { name: 'delta.enableInCommitTimestamps', value: 'true' },
  },
  rowTracking: { bindsReaders: false, requires: ['domainMetadata'] },
};

/** Legacy features that are not in {@link FEATURES} because this library does not turn them on. */
const OTHER_LEGACY: readonly (readonly [string, { readonly reader: number; readonly writer: number }])[] = [
  ['checkConstraints', { reader: 1, writer: 3 }],
  ['generatedColumns', { reader: 1, writer: 4 }],
  ['identityColumns', { reader: 1, writer: 6 }],
];

const SUPPORTED = 'delta.feature.';

/** The features that properties and types ask for, and the properties that remain in the metadata. */
export interface FeatureRequest {
  readonly features: readonly string[];
  readonly configuration: Readonly<Record<string, string>>;
}

/**
 * The features that a table needs with these properties (`delta.feature.<name>` = `supported` asks for one by name)
 * and types.
 * @throws DeltaError unsupported-feature for a feature that this library does not write.
 */
export function requestedFeatures(
  configuration: Readonly<Record<string, string>>,
  types: Iterable<string>,
  table: string,
): FeatureRequest {
  const features = new Set<string>();
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(configuration)) {
    if (name.startsWith(SUPPORTED)) features.add(name.slice(SUPPORTED.length));
    else kept[name] = value;
  }
  for (const [feature, { property }] of Object.entries(FEATURES)) {
    if (property && configuration[property.name]?.toLowerCase() === property.value) features.add(feature);
  }
  if ((configuration['delta.columnMapping.mode'] ?? 'none') !== 'none') features.add('columnMapping');
  for (const type of types) if (type === 'timestamp_ntz') features.add('timestampNtz');
  for (const feature of features) {
    const known = FEATURES[feature];
    if (!known) throw unsupportedFeature(feature, 'write', table);
    for (const required of known.requires ?? []) features.add(required);
  }
  return { features: [...features], configuration: kept };
}

/**
 * A protocol with these features as well. Legacy versions are used if they can express it, because most programs read
 * them; else table features. Unchanged when it has the features already. Source: Delta protocol, "Table Features for
 * New and Existing Tables".
 */
export function withFeatures(protocol: Protocol, features: readonly string[]): Protocol {
  const present = featuresOf(protocol);
  const missing = features.filter((feature) => !present.has(feature));
  if (missing.length === 0) return protocol;
  const isLegacy = protocol.minWriterVersion < 7 && missing.every((feature) => FEATURES[feature]?.legacy);
  if (isLegacy) {
    const versions = missing.map((feature) => FEATURES[feature]?.legacy ?? { reader: 1, writer: 2 });
    return {
      minReaderVersion: Math.max(protocol.minReaderVersion, ...versions.map(({ reader }) => reader)),
      minWriterVersion: Math.max(protocol.minWriterVersion, ...versions.map(({ writer }) => writer)),
    };
  }
  const all = [...present, ...missing];
  const forReaders = all.filter((feature) => FEATURES[feature]?.bindsReaders);
  const writerFeatures = all.sort();
  if (forReaders.length === 0) return { minReaderVersion: 1, minWriterVersion: 7, writerFeatures };
  const readerFeatures = [...new Set([...(protocol.readerFeatures ?? []), ...forReaders])].sort();
  return { minReaderVersion: 3, minWriterVersion: 7, readerFeatures, writerFeatures };
}

/** The features of a protocol, named or included in its legacy versions. */
export function featuresOf(protocol: Protocol): ReadonlySet<string> {
  if (protocol.minWriterVersion >= 7) return new Set(protocol.writerFeatures);
  const legacy = [
    ...Object.entries(FEATURES).flatMap(([name, { legacy: since }]) =>
      since ? [[name, since] as const] : [],
    ),
    ...OTHER_LEGACY,
  ];
  return new Set(
    legacy
      .filter(
        ([, { reader, writer }]) =>
          writer <= protocol.minWriterVersion && reader <= protocol.minReaderVersion,
      )
      .map(([name]) => name),
  );
}

/** The protocol that every table starts from: the one that most programs can read. */
export const BASE_PROTOCOL: Protocol = { minReaderVersion: 1, minWriterVersion: 2 };
