/** What a person can do where a lake cannot go on by itself. */

/** How to go on without messages that a topic no longer gives. */
export const PASS_OVER =
  'To go on without them, run "contrail pipeline --pass-over-gaps" once: it notes the missing messages in quarantine.gaps.';

/** How to go on in the same lake without what is lost. */
export const REPAIR =
  'To go on in this lake, run "contrail repair": it says what is lost and what it would do; "contrail repair --go" does it, and notes the loss in quarantine.gaps.';
