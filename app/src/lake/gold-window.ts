/** Length of the windows of the Gold tables, seconds of event time. They begin at multiples of it. */
export const GOLD_WINDOW_S = 300;
