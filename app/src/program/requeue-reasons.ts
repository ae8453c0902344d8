/** The reasons of the quarantine, for the command line, which loads nothing else of the lake for its help. */
export { QUARANTINE_REASONS, type QuarantineReason } from '../lake/quarantine-flights.ts';
