"""Records of the simulation kernel: what stands where in its memory.

The kernel works on one stretch of memory and sees it twice: as whole numbers, `Z` (int64), and as reals, `F` (float64). A record is a part
of it; its address names it, and its fields are offsets from there, reals first. Records fill whole lines of the cache (8 cells), and what
a step needs lies close together. Times are float hours from the start of the run. Address 0 means 'none'.
"""

from __future__ import annotations

LINE = 8  # cells of a line of the cache

# ---- what an address can be (offset TYPE of carriers, sources, pools, yards and timers)
TYPE = 7
FREE, CARRIER, SOURCE, POOL, YARD, TIMER = range(6)

# ---- kinds of step: what a carrier does at it
END = 0  # leaves the corridor
DELAY = 1  # takes time, with nothing to wait for but an open calendar
SERVE = 2  # waits for a server, is served, goes on
SEIZE = 3  # waits for a server and keeps it
RELEASE = 4  # gives it back
GATE = 5  # waits until the calendar is open
SLOT = 6  # waits for a slot of a line, keeps the line for the slot and itself for the run
UNITS = 7  # its boxes are served one by one (gauge change)
BOARD = 8  # takes boxes from a pool, and waits for more by the rule of its service
ALIGHT = 9  # boxes that change here leave it; waits while the yard is full
LOAD = 10  # cranes load it box by box from a pool until it is full
UNLOAD = 11  # cranes unload it box by box
BRANCH = 12  # goes to one of two steps by chance
QUOTA = 13  # waits for a day with quota left
DROP = 14  # a lot that stood in the yard joins its pool

# ---- distributions
FIXED, EXPONENTIAL, TRIANGULAR, LOGNORMAL, UNIFORM, ERLANG, HYPEREXPONENTIAL, GEOMETRIC, WEIBULL = range(9)

# ---- header
H_SEQ, H_OPEN, H_UNUSED, H_LEAVES, H_NFREE, H_SLOTS, H_TREE, H_STACK, H_MAXSLOTS = range(9)
H_WORK, H_WORKBASE, H_WORKEND = range(9, 12)
H_BOXBASE, H_BOXBITS, H_BOXWORDS, H_BOXWORD, H_BOXLIVE, H_MAXBOXES = range(12, 18)
H_ERROR, H_EVENTS, H_FIRED, H_BOXES, H_NEXTID = range(18, 23)
H_TRACE, H_TRACEEND, H_DAYS, H_NEWHEAD, H_NEWTAIL, H_TEXT = range(24, 30)
H_DISTS, H_NDISTS, H_STEPS, H_NSTEPS, H_RESOURCES, H_NRESOURCES, H_POOLS, H_NPOOLS, H_YARDS, H_NYARDS = range(32, 42)
H_SOURCES, H_NSOURCES, H_CLASSES, H_NCLASSES, H_PROCESSES, H_NPROCESSES, H_CALENDARS, H_NCALENDARS, H_FLEETS, H_NFLEETS = range(42, 52)
H_CARBASE, H_CARFREE, H_CARNEW, H_CAREND = range(52, 56)
G_END, G_WARM, G_YEAR = 56, 57, 58  # end of the run; start of the statistics; hour of the year at which the run starts
HEADER = 64

# ---- errors that the kernel reports (0: none)
SLOTS_FULL, CARRIERS_FULL, BOXES_FULL, WORK_FULL, RING_FULL, TRACE_FULL, STUCK = range(1, 8)

# ---- draws of a distribution (16)
D_P0, D_P1, D_P2, D_P3, D_P4 = range(5)
D_KIND, D_STATE, D_POS, D_BUFFER, D_STREAM = range(5, 10)
DIST, BLOCK = 16, 64

# ---- step (32)
S_SHARE = 0  # chance of S_NEXT at a branch
S_N, S_WAIT, S_CLOSED, S_SERVICE, S_BOXES, S_BOXWAIT, S_BOXCLOSED, S_BOXSERVICE, S_WAITMAX, S_UNITS, S_UNITWAIT, S_SQUARES = range(1, 13)
S_MARKN, S_MARKSUM, S_MARKSQ = 13, 14, 15
S_KIND, S_NEXT, S_OTHER, S_RES, S_DIST, S_CAL, S_MARK, S_MOVES, S_ALONE, S_POOL, S_ALL, S_RULE, S_SIZE = range(16, 29)
STEP = 32
# rules of boarding: take what is there and go; wait until full or until the first box has waited long enough; wait for the timetable
TAKE_AND_GO, UNTIL_FULL, BY_TIMETABLE = range(3)

# ---- resource (32)
R_SLOT, R_OTHERNEXT, R_BUSYTIME, R_MEMORY, R_AREA, R_MAXQUEUE, R_SINCE = (*range(4), *range(5, 8))
R_FREE, R_OTHER, R_CAL, R_LINE, R_SERVERS, R_BUSY, R_LENGTH, R_AHEAD, R_LIMIT, R_LOST, R_KEPT, R_QUOTA, R_DAY, R_DAYCOUNT = range(8, 22)
R_HEAD, R_TAIL = 22, 26  # four priorities each
RESOURCE = 32
PRIORITIES = 4

# ---- pool: where boxes wait for a service at a stop (32)
P_MAXWAIT, P_N, P_WAIT, P_SQUARES, P_WAITMAX = range(5)
(P_HEAD, P_TAIL, P_COUNT, P_SIZE, P_START, P_YARD, P_DWELL, P_TICKS, P_NTICKS, P_TICK, P_READY, P_NSOURCES, P_SOURCES, P_MODE,
 P_WAITHEAD, P_WAITTAIL, P_EPOCH, P_LINE, P_FULL, P_PRIORITY, P_TICKED, P_CRANES, P_LOT) = range(8, 31)  # fmt: skip
POOL_SIZE = 32
BY_EVENTS, FROM_SOURCES, FROM_CRANES = range(3)  # who feeds a pool, and so whether it can be filled ahead of the clock

# ---- yard (16)
Y_ROOM, Y_TAKEN, Y_HEAD, Y_TAIL, Y_RING, Y_RINGSIZE, Y_RINGHEAD, Y_RINGCOUNT, Y_WAKE, Y_MAX = (*range(7), *range(8, 11))
YARD_SIZE = 16

# ---- source of boxes or of single customers (16)
O_NEXT, O_UNTIL, O_FACTOR = range(3)
O_GAP, O_BATCH, O_CLASS, O_STEP, O_POOL, O_PRIORITY, O_SEASON, O_AHEAD = range(8, 16)
SOURCE_SIZE = 16

# ---- class of boxes: one demand (16), and its legs (8 each)
K_N, K_SUM, K_SQUARES, K_MIN, K_MAX, K_MOVING, K_SHARE, K_MADE, K_LATE, K_DUE, K_MADEALL, K_DONEALL = range(12)
K_LEGS, K_NLEGS, K_HISTOGRAM = range(12, 15)
CLASS = 16
L_N, L_WAIT = 0, 1
L_POOL, L_STEP = 2, 3
LEG = 8
MONTHS, BINS, PER_OCTAVE_BITS, FIRST_OCTAVE = 12, 448, 5, 0  # histogram of hours: 32 bins an octave, from one hour to 16,384

# ---- calendar (16): closed spells as pairs of hours, made of processes and of spells known beforehand
C_N, C_CURSOR, C_BASE, C_ROOM, C_PARTS, C_NPARTS, C_FIXED, C_NFIXED = range(8)
CALENDAR = 16
# ---- closing process (128): its stream stands where a distribution's does
BY_MONTH, BY_COSINE = range(2)
Z_RATE, Z_SWING, Z_CLOSED, Z_SHORTEST, Z_LONGEST = range(5)  # BY_COSINE
Z_KIND, Z_SPELLS, Z_NSPELLS, Z_ROOM = range(10, 14)
Z_MONTHS, Z_MONTH = 16, 8  # BY_MONTH: mean open hours, then mean, shortest and longest closed hours
PROCESS = 128

# ---- fleet (8): carriers that stand at a step when the run starts
A_STEP, A_COUNT, A_PRIORITY = range(3)
FLEET = 8

# ---- carrier: train, ship, lot or single customer (24)
E_SINCE, E_MOVING, E_BORN, E_MARK, E_LAST, E_FIRST, E_LOADED = range(7)
E_STEP, E_PHASE, E_COUNT, E_HEAD, E_TAIL, E_NEXT, E_ID, E_PRIORITY, E_ROOM, E_EPOCH, E_LEFT, E_YARD = range(8, 20)
CARRIER_SIZE = 24
ENTERS, RESUMES, BLOCKED, WAITS = range(4)  # phases

# ---- box (8)
B_BORN, B_SINCE, B_MOVING, B_BOARDED = range(4)
B_NEXT, B_CLASS, B_LEG, B_ID = range(4, 8)
BOX = 8

# ---- timer (a carrier-sized record): fires for its owner unless the owner has moved on
T_OWNER, T_EPOCH = 8, 9

# ---- trace: rows of the hour, what happened, to what, where, and how many boxes
TRACE_ROW = 5
ENTERED, LEFT, BOARDED, ALIGHTED, BORN, DELIVERED = range(6)

YEAR_H = 8760.0
MONTH_STARTS_H = (0.0, 744.0, 1416.0, 2160.0, 2880.0, 3624.0, 4344.0, 5088.0, 5832.0, 6552.0, 7296.0, 8016.0, 8760.0)
