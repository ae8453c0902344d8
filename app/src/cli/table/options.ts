import type { TableOptions } from '@contrail/delta-lake';
import { tableOptions } from '../../program/lake/open-lake.ts';
import { type Flags, settingsOf } from '../flags.ts';

/**
 * The options for opening the table at `path`.
 * @throws ContrailError `invalid` if the settings for a bucket are invalid
 */
export const optionsOf = (path: string, flags: Flags): TableOptions =>
  tableOptions(path, () => settingsOf(flags));
