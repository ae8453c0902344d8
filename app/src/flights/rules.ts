/**
 * The thresholds of flights and events. Metres, seconds, m/s, degrees. Any change here needs another
 * {@link RULES_VERSION}, and `rebuild` for flights that are in the tables already.
 *
 * Sources: [OPDI] EUROCONTROL's Open Performance Data Initiative, flight lists and flight events; [OSN] OpenSky's
 * description of `/flights`; [DOC8168] ICAO Doc 8168 (PANS-OPS), holding and approach; [ours] chosen here, on the figures
 * of `npm run truth` at paces of 1 to 86 s.
 */
export const RULES_VERSION = 1;

export const RULES = {
  split: {
    /** A longer gap may end a flight [OSN]. */
    gap_s: 900,
    /** It does where the aircraft went slower over the gap than this part of its usual speed [OSN]. */
    gapSpeedShare: 0.25,
    /** No one lands and comes back to this height in so short a time: such a gap does not end a flight [ours]. */
    highGap_s: 2700,
    high_m: 3000,
    /** A gap that began low, near an airport, ends the flight after this time whatever the speed [OPDI]. */
    lowGap_s: 1800,
    /** A gap that ends any flight [ours]. */
    longGap_s: 6 * 3600,
    /** Another callsign after a gap of this length, or on the ground after a landing, begins a flight [OPDI]. */
    callsignGap_s: 600,
    /** So many rows in a row must have it [OPDI: most splits of under a minute came of flickering callsigns]. */
    callsignRows: 2,
    /** Stands still so long after a landing: the flight is over [ours]. */
    still_s: 600,
    still_m: 120,
    /** Takes off so long after a landing: another flight, not a touch-and-go [ours]. */
    turnaround_s: 900,
  },

  ground: {
    /** Slower than 45 kt is not flying, for an aeroplane [ours]. */
    slow: 23,
    /** A row says it is on the ground so far above the field and so fast: it is not [ours]. */
    absurdHeight_m: 400,
    absurdSpeed: 60,
    /** Slow and on the ground only this near to the field's height [ours; QNH +-30 hPa is +-245 m]. */
    height_m: 300,
    /** And this near to a runway or to the middle of an airport without one [ours]. */
    runway_m: 2500,
    /** Positions of so many seconds give a speed when the reported one cannot be true [ours]. */
    baseline_s: 15,
    /** Up in the air, slow and away from runways for so many rows is a helicopter [ours]. */
    hoverRows: 2,
    /** Slower than this in the air while it climbs or sinks by more than 300 ft/min is a helicopter [ours]. */
    hover: 20,
    hoverClimb: 1.5,
    /** Faster than this on the ground is a roll: taxiing is slower, and a helicopter does not roll [ours]. */
    roll: 20,
  },

  /** Alignment of a course with a runway. */
  aligned: {
    /** How far before the threshold it is looked for [ours; about 10 NM]. */
    reach_m: 18_000,
    /** The most cross-track: at the threshold, and more for each metre before it [ours; 3.5 % is 2 degrees]. */
    cross_m: 220,
    crossPerMetre: 0.035,
    course_deg: 12,
    /** The approach wedge: the highest at the threshold, and more for each metre before it [ours]. */
    above_m: 750,
    abovePerMetre: 0.08,
    below_m: -250,
    /** The shortest piece of way that gives a course [ours: a second at 70 m/s, with rounded times, does not]. */
    baseline_m: 400,
    /** At a pace slower than this `true_track` helps, if it was right so far [ours]. */
    trackPace_s: 25,
    trackTrust_deg: 12,
    /** A parallel runway is ruled out only by a mean cross-track so many times larger [ours]. */
    clearly: 2,
    /** And by a row so near to the runway [ours]. */
    tell_m: 8_000,
  },

  takeOff: {
    /** To 4 NM beyond the end of the runway [ours]. */
    beyond_m: 7_400,
    /** What a row weighs falls to half so far from the runway: a course drifts after take-off [ours]. */
    drift_m: 300,
    /** Only a row so near to the runway rules a parallel one out [ours]. */
    tell_m: 2_500,
    /** First seen above a runway: turned by less than this until the next row [ours]. */
    turn_deg: 60,
    /** 200 ft/min [ours]. */
    climb: 1,
    /** Climbed so much: it flies [ours]. */
    risen_m: 60,
    /** Looked at for so long, or so many paces [ours]. */
    window_s: 120,
    windowPaces: 2.5,
    /** First seen below this, this near to a large or medium airport, climbing away at flying speed: it came from there [ours]. */
    endpoint_m: 1_830,
    endpointReach_m: 18_000,
    endpointSpeed: 50,
    /** Slower after rows on the ground, and in line with no runway: not taken for an aeroplane [ours]. */
    groundSpeed: 35,
    /** As fast as this in the first row off the ground: a roll lies before it [ours]. */
    liftOff: 60,
    /** The next airport must be so many times further away [ours]. */
    endpointClearly: 1.5,
  },

  approach: {
    /** What follows an approach is awaited for so long, or so many paces [ours]. */
    outcome_s: 240,
    outcomePaces: 3,
    /** 400 ft: it was in the air [ours]. */
    airborne_m: 120,
    /** Below 1,500 ft: a climb from there is a go-around, and a track that ends there has landed [ours]. */
    low_m: 457,
    /** And this near to the threshold [ours]. */
    near_m: 6_500,
    /** Climbed so much from the lowest point: the approach is given up [ours]. */
    climb_m: 75,
    /** Or so much by the time that no more is awaited [ours]. */
    lateClimb_m: 45,
    /** And had descended so much in line with the runway: who flies level along it checks something [ours]. */
    descent_m: 100,
    /** A low pass flies over the runway, after so many metres of approach [ours]. */
    pass_m: 4_000,
    /** A landing elsewhere so soon and so near makes it a flight past on the way [ours]. */
    passThenLanding_s: 420,
    /** Last seen below 5,000 ft, descending to a large or medium airport [ours]. */
    endpoint_m: 1_525,
    endpointReach_m: 15_000,
  },

  loiter: {
    /** Within this radius of where it began [ours]. */
    radius_m: 22_000,
    /** It begins where it turned by so much, after a straight way of so many metres [ours]. */
    straight_deg: 45,
    straight_m: 3_000,
    /** It is judged each time that it has turned by so much [ours]. */
    judge_deg: 15,
    /** 800 ft [ours]. */
    level_m: 244,
    /** A holding turns one and a half times in one sense at least [ours; one lap is a procedure turn]. */
    holdingTurn_deg: 520,
    orbitTurn_deg: 330,
    /** The time of a lap: one-minute legs and standard turns make 4 minutes [DOC8168]. */
    lap_s: [170, 480],
    /** Longer than wide by this at least: a racetrack, not a circle [ours]. */
    longer: 1.25,
    shortest_s: 240,
    /** An orbit comes back so near [ours]. */
    back_m: 5_000,
  },

  squawk: {
    /** Reports of a code before it counts [ours]. */
    reports: 2,
  },

  jump: {
    /** As `is_jump` of Silver_ML: more than 1.3 times the way at the highest speed, 2 s and 500 m allowed. */
    factor: 1.3,
    slack_s: 2,
    slack_m: 500,
    leastSpeed: 100,
    /** Jumps in a run, and the longest pause within one [ours]. */
    rows: 2,
    pause_s: 600,
  },

  altitude: {
    /** As `is_altitude_jump` of Silver_ML: 12,000 ft/min and 150 m. */
    rate: 61,
    slack_s: 2,
    slack_m: 150,
    /** Pressure altitude differs from height above the sea by no more, at any weather [ours; 50 hPa]. */
    pressure_m: 420,
  },
} as const;

/** OpenSky's categories that make no runway events: rotorcraft, gliders, balloons, parachutists, hang-gliders, vehicles, obstacles. */
export const NOT_AEROPLANES: ReadonlySet<number> = new Set([8, 9, 10, 11, 12, 15, 16, 17, 18, 19, 20]);
