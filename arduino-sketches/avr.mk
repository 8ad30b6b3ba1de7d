# Sketches for AVR boards, with the compiler and Arduino core of the system. Sourced by Makefile.

ARDUINO ?= /usr/share/arduino/hardware/arduino/avr

avr: $(T)/UnoActuators.elf $(T)/NanoRelay.elf $(T)/MegaEight.elf

# 60 % of the RAM of each: the rest is for the stack.
size: tools
	@./avr-size.sh $(T)/UnoActuators.elf 2048 32256
	@./avr-size.sh $(T)/NanoRelay.elf 2048 30720
	@./avr-size.sh $(T)/MegaEight.elf 8192 253952

# A board on a cable with more commands than it can keep does not compile; with as many it does.
limits:
	@echo 'template class streamwire::AvrBoard<32>;' | $(UnoActuators_CXX) -include streamwire/avr/AvrBoard.h -x c++ -fsyntax-only -
	@echo 'template class streamwire::AvrBoard<33>;' | $(UnoActuators_CXX) -include streamwire/avr/AvrBoard.h -x c++ -fsyntax-only - 2>&1 \
	    | grep -q 'at most 32 commands'
	@echo limits ok

.PHONY: avr

# $(1) sketch, $(2) MCU, $(3) variant
define SKETCH
$(1)_FLAGS := -mmcu=$(2) -DF_CPU=16000000L -DARDUINO=10819 -DARDUINO_ARCH_AVR -DDECIMAL_DIG=__DECIMAL_DIG__ \
    -I$(ARDUINO)/cores/arduino -I$(ARDUINO)/variants/$(3) -I$(LIB) -I$(1) \
    -Os -g -ffunction-sections -fdata-sections -flto
$(1)_CXX := avr-g++ $$($(1)_FLAGS) -std=gnu++11 -fno-exceptions -fno-threadsafe-statics

$(T)/obj/$(1)/core/%.c.o: $(ARDUINO)/cores/arduino/%.c
	@mkdir -p $$(@D)
	@avr-gcc $$($(1)_FLAGS) -w -std=gnu11 -c $$< -o $$@

$(T)/obj/$(1)/core/%.cpp.o: $(ARDUINO)/cores/arduino/%.cpp
	@mkdir -p $$(@D)
	@$$($(1)_CXX) -fpermissive -w -c $$< -o $$@

$(T)/obj/$(1)/core/%.S.o: $(ARDUINO)/cores/arduino/%.S
	@mkdir -p $$(@D)
	@avr-gcc $$($(1)_FLAGS) -x assembler-with-cpp -c $$< -o $$@

$(T)/obj/$(1)/lib/%.cpp.o: $(LIB)/streamwire/%.cpp $(HEADERS)
	@mkdir -p $$(@D)
	$$($(1)_CXX) -Wall -Wextra -Werror -c $$< -o $$@

$(T)/obj/$(1)/sketch.o: $(1)/$(1).ino $(HEADERS)
	@mkdir -p $$(@D)
	$$($(1)_CXX) -Wall -Wextra -Werror -x c++ -include Arduino.h -c $$< -o $$@

$(T)/$(1).elf: $(T)/obj/$(1)/sketch.o \
    $$(patsubst $(LIB)/streamwire/%,$(T)/obj/$(1)/lib/%.o,$(CORE) $(wildcard $(LIB)/streamwire/avr/*.cpp)) \
    $$(patsubst $(ARDUINO)/cores/arduino/%,$(T)/obj/$(1)/core/%.o,$(wildcard $(ARDUINO)/cores/arduino/*.c $(ARDUINO)/cores/arduino/*.cpp $(ARDUINO)/cores/arduino/*.S))
	avr-gcc -mmcu=$(2) -Os -g -flto -fuse-linker-plugin -Wl,--gc-sections -o $$@ $$^ -lm
	avr-objcopy -O ihex -R .eeprom $$@ $$(@:.elf=.hex)
endef

$(eval $(call SKETCH,UnoActuators,atmega328p,standard))
$(eval $(call SKETCH,NanoRelay,atmega328p,eightanaloginputs))
$(eval $(call SKETCH,MegaEight,atmega2560,mega))
