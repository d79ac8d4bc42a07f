"""Records of the simulation kernel: what stands where in its memory.

The kernel works on two parallel arenas of one length, `Z` (int64) and `F` (float64). A record is a stretch of both; its address names it,
and its fields are offsets from there. Times are float hours from the start of the run. Address 0 means 'none'.
"""

from __future__ import annotations

# ---- what an address can be (offset 0 of carriers, sources, pools, yards and timers)
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

# ---- header: integers
H_SEQ, H_OPEN, H_UNUSED, H_LEAVES, H_NFREE, H_SLOTS, H_TREE, H_STACK, H_MAXSLOTS = range(9)
H_WORK, H_WORKBASE, H_WORKEND = 9, 10, 11
H_BOXFREE, H_BOXNEW, H_BOXEND, H_CARFREE, H_CARNEW, H_CAREND = range(12, 18)
H_ERROR, H_EVENTS, H_FIRED, H_BOXES, H_NEXTID = range(18, 23)
H_NEWHEAD, H_NEWTAIL = 27, 28
H_TRACE, H_TRACEEND, H_DAYS = range(24, 27)
H_DISTS, H_NDISTS, H_STEPS, H_NSTEPS, H_RESOURCES, H_NRESOURCES, H_POOLS, H_NPOOLS, H_YARDS, H_NYARDS = range(32, 42)
H_SOURCES, H_NSOURCES, H_CLASSES, H_NCLASSES, H_PROCESSES, H_NPROCESSES, H_CALENDARS, H_NCALENDARS, H_FLEETS, H_NFLEETS = range(42, 52)
H_BOXBASE, H_CARBASE = 52, 53
HEADER = 64
# ---- header: floats
G_NOW, G_END, G_WARM, G_YEAR = range(4)  # clock; end of the run; start of the statistics; hour of the year at which the run starts

# ---- errors that the kernel reports (0: none)
SLOTS_FULL, CARRIERS_FULL, BOXES_FULL, WORK_FULL, RING_FULL, TRACE_FULL, STUCK = range(1, 8)

# ---- draws of a distribution (16): integers, then floats
D_KIND, D_STATE, D_POS, D_BUFFER, D_STREAM = range(5)
D_P0, D_P1, D_P2, D_P3, D_P4 = range(5)
DIST, BLOCK = 16, 64

# ---- step (32)
(S_TYPE, S_KIND, S_NEXT, S_OTHER, S_RES, S_DIST, S_POOL, S_CAL, S_ALL, S_RULE, S_SIZE, S_MARK, S_MOVES, S_PLACE) = range(14)
S_SHARE = 0  # chance of S_NEXT at a branch
S_N, S_WAIT, S_CLOSED, S_SERVICE, S_BOXES, S_BOXWAIT, S_BOXCLOSED, S_BOXSERVICE, S_WAITMAX, S_UNITS, S_UNITWAIT, S_SQUARES = range(1, 13)
S_MARKN, S_MARKSUM, S_MARKSQ = 13, 14, 15
STEP = 32
# rules of boarding: take what is there and go; wait until full or until the first box has waited long enough; wait for the timetable
TAKE_AND_GO, UNTIL_FULL, BY_TIMETABLE = range(3)

# ---- resource (32)
R_TYPE, R_SERVERS, R_BUSY, R_LIMIT, R_AHEAD, R_FREE, R_CAL, R_OTHER, R_QUOTA, R_DAY, R_DAYCOUNT, R_LENGTH, R_LINE, R_LOST, R_KEPT = range(
    15
)
R_HEAD, R_TAIL = 16, 20  # four priorities each
R_SLOT, R_OTHERNEXT, R_BUSYTIME, R_MEMORY, R_SPARE, R_AREA, R_MAXQUEUE, R_SINCE = range(8)
RESOURCE = 32
PRIORITIES = 4

# ---- pool: where boxes wait for a service at a stop (32)
(P_TYPE, P_HEAD, P_TAIL, P_COUNT, P_SIZE, P_START, P_YARD, P_DWELL, P_TICKS, P_NTICKS, P_TICK, P_READY, P_NSOURCES, P_SOURCES, P_MODE,
 P_WAITHEAD, P_WAITTAIL, P_EPOCH, P_LINE, P_FULL, P_PRIORITY, P_TICKED, P_CRANES, P_LOT) = range(24)  # fmt: skip
P_MAXWAIT, P_N, P_WAIT, P_SQUARES, P_WAITMAX = range(5)
POOL_SIZE = 32
BY_EVENTS, FROM_SOURCES, FROM_CRANES = range(3)  # who feeds a pool, and so whether it can be filled ahead of the clock

# ---- yard (16)
Y_TYPE, Y_ROOM, Y_TAKEN, Y_HEAD, Y_TAIL, Y_LENGTH, Y_RING, Y_RINGSIZE, Y_RINGHEAD, Y_RINGCOUNT, Y_WAKE, Y_LINE, Y_MAX = range(13)
YARD_SIZE = 16

# ---- source of boxes or of single customers (16)
O_TYPE, O_GAP, O_BATCH, O_CLASS, O_STEP, O_POOL, O_PRIORITY, O_SEASON = range(8)
O_NEXT, O_UNTIL, O_FACTOR = range(3)
SOURCE_SIZE = 16

# ---- class of boxes: one demand (32), and its legs (8 each)
K_TYPE, K_LEGS, K_NLEGS, K_HISTOGRAM = range(4)
K_N, K_SUM, K_SQUARES, K_MIN, K_MAX, K_MOVING, K_SHARE, K_MADE, K_LATE, K_DUE, K_MADEALL, K_DONEALL = range(12)
CLASS = 32
L_POOL, L_STEP = 0, 1
L_N, L_WAIT, L_WAITSQ = 0, 1, 2
LEG = 8
MONTHS, BINS, PER_OCTAVE_BITS, FIRST_OCTAVE = 12, 448, 5, 0  # histogram of hours: 32 bins an octave, from one hour to 16,384

# ---- calendar (16): closed spells as pairs of hours in F, made of processes and of spells known beforehand
C_N, C_CURSOR, C_BASE, C_ROOM, C_PARTS, C_NPARTS, C_FIXED, C_NFIXED = range(8)
CALENDAR = 16
# ---- closing process (128): its stream stands where a distribution's does
Z_KIND, Z_SPELLS, Z_NSPELLS, Z_ROOM = 0, 5, 6, 7
BY_MONTH, BY_COSINE = range(2)
Z_RATE, Z_SWING, Z_CLOSED, Z_SHORTEST, Z_LONGEST = range(5)  # BY_COSINE
Z_MONTHS, Z_MONTH = 16, 8  # BY_MONTH: mean open hours, then mean, shortest and longest closed hours
PROCESS = 128

# ---- fleet (4): carriers that stand at a step when the run starts
A_STEP, A_COUNT, A_PRIORITY = range(3)
FLEET = 4

# ---- carrier: train, ship, lot or single customer (16)
(E_TYPE, E_NEXT, E_STEP, E_PHASE, E_HEAD, E_TAIL, E_COUNT, E_ROOM, E_ID, E_PRIORITY, E_EPOCH, E_LEFT, E_YARD) = range(13)
E_SINCE, E_MOVING, E_BORN, E_MARK, E_LAST, E_FIRST, E_LOADED = range(7)
CARRIER_SIZE = 16
ENTERS, RESUMES, BLOCKED, WAITS = range(4)  # phases

# ---- box (4)
B_NEXT, B_CLASS, B_LEG, B_ID = range(4)
B_BORN, B_SINCE, B_MOVING, B_BOARDED = range(4)
BOX = 4

# ---- timer (a carrier-sized record): fires for its owner unless the owner has moved on
T_OWNER, T_EPOCH = 2, 3

# ---- trace: rows of four integers and a float
TRACE_ROW = 4
ENTERED, LEFT, BOARDED, ALIGHTED, BORN, DELIVERED = range(6)

YEAR_H = 8760.0
MONTH_STARTS_H = (0.0, 744.0, 1416.0, 2160.0, 2880.0, 3624.0, 4344.0, 5088.0, 5832.0, 6552.0, 7296.0, 8016.0, 8760.0)
