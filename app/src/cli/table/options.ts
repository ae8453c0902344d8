import type { TableOptions } from '@contrail/delta-lake';
import { tableOptions } from '../../program/lake/open-lake.ts';
import { type Flags, settingsOf } from '../flags.ts';

/** How the table at `path` is reached with these flags. @throws ContrailError `invalid` where the settings of a bucket are */
export const optionsOf = (path: string, flags: Flags): TableOptions =>
  tableOptions(path, () => settingsOf(flags));
