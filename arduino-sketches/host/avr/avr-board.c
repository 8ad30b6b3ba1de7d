// Runs the real firmware of an AVR board in libsimavr at the speed of the wall clock: its UART on a
// pty, what its pins do on stdout, its inputs and faults on stdin.
//
//   avr-board firmware.elf [--mcu atmega328p|atmega2560] [--link path] [--eeprom file] [--reset-on-open]
//             [--boot-ms n] [--corrupt rate] [--seed n] [--speed n]
//
// Each line on stdout is "wall-us board-us what": the monotonic clock, and the time since the board's last reset.
//   PIN pin 0|1   PWM pin 0..255   SERVO pin pulse-us   OPEN   CLOSE   RESET   READY path
// Lines on stdin:
//   in pin 0|1   reset   hang   corrupt rate   unplug   plug   quit
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <simavr/avr_eeprom.h>
#include <simavr/avr_ioport.h>
#include <simavr/avr_uart.h>
#include <simavr/sim_avr.h>
#include <simavr/sim_elf.h>

enum {
  CYCLES_PER_US = 16,
  CYCLES_PER_BYTE = 1389,  // 10 bits at 115200 baud
  SAMPLE_CYCLES = 160,     // how often pins are looked at: 10 us
  SLICE_US = 200,
  MOST_BEHIND_CYCLES = 1600000,
  RECEIVE_RING = 65536,
  PINS = 70,
  STOP_PIN = 2,
  MCUSR_AT = 0x54,
  EXTERNAL_RESET = 2,
};

/** Where the registers of a pin are, as addresses of data; pwm and compare are 0 for a pin without. */
struct Pin {
  char port;
  int bit;
  int control, connectShift, compare;
  bool wide;
};

static struct Pin pins[PINS];
static int pinCount;
static int level[PINS];
static int driven[PINS];  // what an input is driven to; -1 = not at all

static avr_t *avr;
static avr_irq_t *uartIn;
static uint8_t ring[RECEIVE_RING];
static unsigned ringIn, ringOut;
static bool uartFull;
static avr_cycle_count_t nextByteAt;

static int master = -1;
static bool opened;
static const char *linkPath, *eepromPath;
static bool resetOnOpen;
static uint64_t bootUs;
static double corruption;
static uint16_t hungFlash;
static int64_t hungAt = -1;
static volatile sig_atomic_t ended;

static void (*resetOfMcu)(avr_t *);
static bool wasReset;
static avr_cycle_count_t startedAt;

static uint64_t wallUs(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
}

static void say(const char *what) {
  printf("%llu %llu %s\n", (unsigned long long)wallUs(), (unsigned long long)((avr->cycle - startedAt) / CYCLES_PER_US), what);
  fflush(stdout);
}

static void onSignal(int number) {
  (void)number;
  ended = 1;
}

static void noSleep(avr_t *of, avr_cycle_count_t cycles) {
  (void)of;
  (void)cycles;
}

// --- pins

static int portAt(char port) {
  switch (port) {
    case 'A': return 0x22;
    case 'B': return 0x25;
    case 'C': return 0x28;
    case 'D': return 0x2B;
    case 'E': return 0x2E;
    case 'F': return 0x31;
    case 'G': return 0x34;
    case 'H': return 0x102;
    case 'J': return 0x105;
    case 'K': return 0x108;
    default: return 0x10B;  // L
  }
}

static void pwmPin(int pin, int control, int connectShift, int compare, bool wide) {
  pins[pin].control = control;
  pins[pin].connectShift = connectShift;
  pins[pin].compare = compare;
  pins[pin].wide = wide;
}

static void layOut(const char *mcu) {
  const char *const uno = "D0D1D2D3D4D5D6D7B0B1B2B3B4B5C0C1C2C3C4C5";
  const char *const mega =
      "E0E1E4E5G5E3H3H4H5H6B4B5B6B7J1J0H1H0D3D2D1D0A0A1A2A3A4A5A6A7C7C6C5C4C3C2C1C0D7G2G1G0"
      "L7L6L5L4L3L2L1L0B3B2B1B0F0F1F2F3F4F5F6F7K0K1K2K3K4K5K6K7";
  const bool isMega = strcmp(mcu, "atmega2560") == 0;
  const char *const map = isMega ? mega : uno;
  pinCount = (int)strlen(map) / 2;
  for (int pin = 0; pin < pinCount; pin++) {
    pins[pin] = (struct Pin){.port = map[2 * pin], .bit = map[2 * pin + 1] - '0'};
    driven[pin] = -1;
  }
  if (isMega) {
    pwmPin(13, 0x44, 6, 0x47, false), pwmPin(4, 0x44, 4, 0x48, false);
    pwmPin(11, 0x80, 6, 0x88, true), pwmPin(12, 0x80, 4, 0x8A, true);
    pwmPin(10, 0xB0, 6, 0xB3, false), pwmPin(9, 0xB0, 4, 0xB4, false);
    pwmPin(5, 0x90, 6, 0x98, true), pwmPin(2, 0x90, 4, 0x9A, true), pwmPin(3, 0x90, 2, 0x9C, true);
    pwmPin(6, 0xA0, 6, 0xA8, true), pwmPin(7, 0xA0, 4, 0xAA, true), pwmPin(8, 0xA0, 2, 0xAC, true);
  } else {
    pwmPin(6, 0x44, 6, 0x47, false), pwmPin(5, 0x44, 4, 0x48, false);
    pwmPin(9, 0x80, 6, 0x88, true), pwmPin(10, 0x80, 4, 0x8A, true);
    pwmPin(11, 0xB0, 6, 0xB3, false), pwmPin(3, 0xB0, 4, 0xB4, false);
  }
}

/** Timer 1 with a period of its own makes servo signals: fast PWM up to ICR1. */
static bool isServo(const struct Pin *pin) {
  return pin->control == 0x80 && (avr->data[0x80] & 2) != 0 && (avr->data[0x81] & 0x10) != 0;
}

static bool isDimmed(const struct Pin *pin) {
  return pin->control != 0 && (avr->data[pin->control] >> pin->connectShift & 3) != 0;
}

/** What the registers say: 0 or 1, or 2 + what it is compared with when a timer drives it. */
static int levelOf(const struct Pin *pin) {
  const int port = portAt(pin->port);
  if ((avr->data[port - 1] >> pin->bit & 1) == 0) {
    return 0;
  }
  if (isDimmed(pin)) {
    return 2 + (avr->data[pin->compare] | (pin->wide ? avr->data[pin->compare + 1] << 8 : 0));
  }
  return avr->data[port] >> pin->bit & 1;
}

/** Reads the registers instead of following edges, which fast PWM does not have when its duty changes. */
static void sample(void) {
  for (int pin = 2; pin < pinCount; pin++) {
    const int now = levelOf(&pins[pin]);
    if (now == level[pin]) {
      continue;
    }
    const int before = level[pin];
    level[pin] = now;
    char text[40];
    if (now >= 2 && isServo(&pins[pin])) {
      snprintf(text, sizeof text, "SERVO %d %d", pin, (now - 2) / 2);
    } else if (now >= 2) {
      snprintf(text, sizeof text, "PWM %d %d", pin, now - 2);
    } else if (before >= 2 && now == 0) {
      snprintf(text, sizeof text, "%s %d 0", isServo(&pins[pin]) ? "SERVO" : "PWM", pin);
    } else {
      snprintf(text, sizeof text, "PIN %d %d", pin, now);
    }
    say(text);
  }
}

static void drive(int pin, int value) {
  if (pin < 0 || pin >= pinCount) {
    return;
  }
  driven[pin] = value;
  // What drives an input is stronger than its pull-up, also when the firmware switches that on later.
  avr_ioport_external_t outside = {.name = (uint32_t)pins[pin].port};
  for (int other = 0; other < pinCount; other++) {
    if (pins[other].port == pins[pin].port && driven[other] >= 0) {
      outside.mask |= (uint32_t)(1 << pins[other].bit);
      outside.value |= (uint32_t)(driven[other] << pins[other].bit);
    }
  }
  avr_ioctl(avr, AVR_IOCTL_IOPORT_SET_EXTERNAL(pins[pin].port), &outside);
  avr_irq_t *irq = avr_io_getirq(avr, AVR_IOCTL_IOPORT_GETIRQ(pins[pin].port), pins[pin].bit);
  irq->value = !value;
  avr_raise_irq(irq, (uint32_t)value);
}

// --- memory and reset

static void loadEeprom(void) {
  static uint8_t bytes[4096];
  FILE *file = eepromPath == NULL ? NULL : fopen(eepromPath, "rb");
  if (file == NULL) {
    return;
  }
  avr_eeprom_desc_t all = {.ee = bytes, .offset = 0, .size = (uint32_t)avr->e2end + 1};
  if (fread(bytes, 1, all.size, file) == all.size) {
    avr_ioctl(avr, AVR_IOCTL_EEPROM_SET, &all);
  }
  fclose(file);
}

static void saveEeprom(void) {
  FILE *file = eepromPath == NULL ? NULL : fopen(eepromPath, "wb");
  if (file == NULL) {
    return;
  }
  avr_eeprom_desc_t all = {.ee = NULL, .offset = 0, .size = 0};
  avr_ioctl(avr, AVR_IOCTL_EEPROM_GET, &all);
  fwrite(all.ee, 1, (size_t)avr->e2end + 1, file);
  fclose(file);
}

static void mend(void) {
  if (hungAt >= 0) {
    memcpy(avr->flash + hungAt, &hungFlash, sizeof hungFlash);
    hungAt = -1;
  }
}

/** A reset loses what inputs are driven to, and what was on the way to the UART. */
static void afterReset(void) {
  wasReset = false;
  startedAt = avr->cycle;
  mend();
  ringIn = ringOut = 0;
  nextByteAt = 0;
  uartFull = false;
  for (int pin = 0; pin < pinCount; pin++) {
    if (driven[pin] >= 0) {
      drive(pin, driven[pin]);
    }
  }
  say("RESET");
  sample();
}

static void onReset(avr_t *of) {
  wasReset = true;
  if (resetOfMcu != NULL) {
    resetOfMcu(of);
  }
}

static void pressReset(void) {
  avr_reset(avr);
  avr->data[MCUSR_AT] = EXTERNAL_RESET;
  afterReset();
}

/** From here on it jumps to where it is; only the watchdog helps. */
static void hang(void) {
  if (hungAt < 0) {
    const uint16_t jumpToItself = 0xCFFF;
    hungAt = avr->pc;
    memcpy(&hungFlash, avr->flash + hungAt, sizeof hungFlash);
    memcpy(avr->flash + hungAt, &jumpToItself, sizeof jumpToItself);
  }
}

// --- serial line

static void onUartOut(avr_irq_t *irq, uint32_t value, void *unused) {
  (void)irq, (void)unused;
  uint8_t byte = (uint8_t)value;
  if (corruption > 0 && drand48() < corruption) {
    byte ^= (uint8_t)(1 << (lrand48() & 7));
  }
  if (opened && write(master, &byte, 1) != 1 && errno != EAGAIN) {
    say("WRITE-FAILED");
  }
}

static void onUartReady(avr_irq_t *irq, uint32_t value, void *full) {
  (void)irq, (void)value;
  uartFull = full != NULL;
}

static void feedUart(void) {
  if (ringIn != ringOut && !uartFull && avr->cycle >= nextByteAt) {
    avr_raise_irq(uartIn, ring[ringOut++ % RECEIVE_RING]);
    nextByteAt = avr->cycle + CYCLES_PER_BYTE;
  }
}

static void plug(void) {
  int slave;
  char name[64];
  struct termios raw;
  if (master >= 0 || openpty(&master, &slave, name, NULL, NULL) != 0) {
    return;
  }
  tcgetattr(slave, &raw);
  cfmakeraw(&raw);
  tcsetattr(slave, TCSANOW, &raw);
  close(slave);
  fcntl(master, F_SETFL, O_NONBLOCK);
  fcntl(master, F_SETFD, FD_CLOEXEC);
  if (linkPath != NULL) {
    unlink(linkPath);
    if (symlink(name, linkPath) != 0) {
      perror(linkPath);
      exit(2);
    }
  }
  opened = false;
  char text[80];
  snprintf(text, sizeof text, "READY %s", linkPath == NULL ? name : linkPath);
  say(text);
}

static void unplug(void) {
  if (master < 0) {
    return;
  }
  if (linkPath != NULL) {
    unlink(linkPath);
  }
  close(master);
  master = -1;
  opened = false;
  say("UNPLUGGED");
}

/** @return until when the boot loader has the board, in wall us; 0 for not at all */
static uint64_t portOpened(void) {
  opened = true;
  say("OPEN");
  if (!resetOnOpen) {
    return 0;
  }
  pressReset();
  return wallUs() + bootUs;
}

static void receive(bool deaf) {
  uint8_t bytes[512];
  const ssize_t count = read(master, bytes, sizeof bytes);
  for (ssize_t i = 0; i < count && !deaf; i++) {
    if (corruption > 0 && drand48() < corruption) {
      bytes[i] ^= (uint8_t)(1 << (lrand48() & 7));
    }
    ring[ringIn++ % RECEIVE_RING] = bytes[i];
  }
}

static void obey(const char *command) {
  int pin, value;
  double rate;
  if (sscanf(command, "in %d %d", &pin, &value) == 2) {
    drive(pin, value);
  } else if (sscanf(command, "corrupt %lf", &rate) == 1) {
    corruption = rate;
  } else if (strcmp(command, "reset") == 0) {
    pressReset();
  } else if (strcmp(command, "hang") == 0) {
    hang();
  } else if (strcmp(command, "unplug") == 0) {
    unplug();
  } else if (strcmp(command, "plug") == 0) {
    plug();
  } else if (strcmp(command, "quit") == 0) {
    ended = 1;
  } else {
    fprintf(stderr, "avr-board: what is '%s'?\n", command);
  }
}

static void readCommands(void) {
  static char line[128];
  static size_t length;
  char bytes[128];
  const ssize_t count = read(STDIN_FILENO, bytes, sizeof bytes);
  if (count <= 0) {
    ended = 1;  // whoever started it is gone
  }
  for (ssize_t i = 0; i < count; i++) {
    if (bytes[i] == '\n') {
      line[length] = 0;
      length = 0;
      obey(line);
    } else if (length < sizeof line - 1) {
      line[length++] = bytes[i];
    }
  }
}

// --- time

static void runTo(avr_cycle_count_t target) {
  static avr_cycle_count_t nextSample;
  while (avr->cycle < target && !ended) {
    feedUart();
    const int state = avr_run(avr);
    if (wasReset) {  // by the watchdog
      nextSample = 0;
      afterReset();
      return;  // the cycles may count from zero again
    }
    if (state == cpu_Done || state == cpu_Crashed) {
      say("CRASHED");
      ended = 1;
    }
    if (avr->cycle >= nextSample) {
      sample();
      nextSample = avr->cycle + SAMPLE_CYCLES;
    }
  }
}

static int start(const char *elf, const char *mcu) {
  elf_firmware_t firmware = {0};
  if (elf_read_firmware(elf, &firmware) != 0) {
    fprintf(stderr, "avr-board: cannot read %s\n", elf);
    return 2;
  }
  avr = avr_make_mcu_by_name(mcu);
  if (avr == NULL) {
    fprintf(stderr, "avr-board: no MCU %s\n", mcu);
    return 2;
  }
  avr_init(avr);
  avr->log = LOG_ERROR;
  avr->sleep = noSleep;
  firmware.frequency = CYCLES_PER_US * 1000000;
  avr_load_firmware(avr, &firmware);
  avr->frequency = firmware.frequency;
  resetOfMcu = avr->reset;
  avr->reset = onReset;
  loadEeprom();
  uint32_t flags = 0;
  avr_ioctl(avr, AVR_IOCTL_UART_GET_FLAGS('0'), &flags);
  flags &= ~(uint32_t)(AVR_UART_FLAG_STDIO | AVR_UART_FLAG_POLL_SLEEP);
  avr_ioctl(avr, AVR_IOCTL_UART_SET_FLAGS('0'), &flags);
  uartIn = avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_INPUT);
  avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_OUTPUT), onUartOut, NULL);
  avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_OUT_XON), onUartReady, NULL);
  avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_OUT_XOFF), onUartReady, avr);
  layOut(mcu);
  drive(STOP_PIN, 0);  // the stop button is there, and closed
  return 0;
}

int main(int count, char **words) {
  const char *mcu = "atmega328p";
  unsigned speed = 1;
  for (int i = 2; i < count; i++) {
    const char *const value = i + 1 < count ? words[i + 1] : "";
    if (strcmp(words[i], "--reset-on-open") == 0) {
      resetOnOpen = true;
      continue;
    }
    if (strcmp(words[i], "--mcu") == 0) {
      mcu = value;
    } else if (strcmp(words[i], "--link") == 0) {
      linkPath = value;
    } else if (strcmp(words[i], "--eeprom") == 0) {
      eepromPath = value;
    } else if (strcmp(words[i], "--boot-ms") == 0) {
      bootUs = strtoull(value, NULL, 10) * 1000;
    } else if (strcmp(words[i], "--corrupt") == 0) {
      corruption = strtod(value, NULL);
    } else if (strcmp(words[i], "--seed") == 0) {
      srand48(strtol(value, NULL, 10));
    } else if (strcmp(words[i], "--speed") == 0) {
      speed = (unsigned)strtoul(value, NULL, 10);
    } else {
      count = 0;
    }
    i++;
  }
  if (count < 2) {
    fprintf(stderr, "avr-board firmware.elf [--mcu m] [--link path] [--eeprom file] [--reset-on-open] [--boot-ms n]"
                    " [--corrupt rate] [--seed n] [--speed n]\n");
    return 2;
  }
  signal(SIGTERM, onSignal);
  signal(SIGINT, onSignal);
  signal(SIGPIPE, SIG_IGN);
  const int failure = start(words[1], mcu);
  if (failure != 0) {
    return failure;
  }
  plug();
  uint64_t base = wallUs();
  avr_cycle_count_t baseCycle = avr->cycle;
  uint64_t inLoaderUntil = 0;
  unsigned long slips = 0;
  while (!ended) {
    const uint64_t now = wallUs();
    const bool inLoader = now < inLoaderUntil;
    avr_cycle_count_t target = baseCycle + (now - base) * CYCLES_PER_US * speed;
    const bool fromZero = avr->cycle + CYCLES_PER_US < baseCycle;
    if (inLoader || fromZero || target > avr->cycle + MOST_BEHIND_CYCLES * (avr_cycle_count_t)speed) {
      slips += !inLoader && !fromZero;
      base = now;
      baseCycle = avr->cycle;
      target = avr->cycle;
    }
    if (!inLoader) {
      runTo(target);
    }
    struct pollfd files[2] = {{.fd = STDIN_FILENO, .events = POLLIN}, {.fd = master, .events = POLLIN}};
    const struct timespec slice = {0, SLICE_US * 1000};
    // Nobody has opened the pty: it would say so at once, again and again.
    const bool waiting = !opened && master >= 0;
    if (waiting) {
      nanosleep(&slice, NULL);
    }
    ppoll(files, 2, waiting ? &(struct timespec){0, 0} : &slice, NULL);
    if (files[0].revents != 0) {
      readCommands();
    }
    if (master < 0 || files[1].fd != master) {
      continue;
    }
    const bool hungUp = (files[1].revents & POLLHUP) != 0;
    if (!opened && !hungUp) {
      inLoaderUntil = portOpened();
    } else if (opened && hungUp) {
      opened = false;
      say("CLOSE");
    }
    if ((files[1].revents & POLLIN) != 0) {
      receive(wallUs() < inLoaderUntil);
    }
  }
  saveEeprom();
  if (linkPath != NULL) {
    unlink(linkPath);
  }
  fprintf(stderr, "avr-board: slips=%lu\n", slips);
  return 0;
}
