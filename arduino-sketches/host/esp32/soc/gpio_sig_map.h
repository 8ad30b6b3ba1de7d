#pragma once

#define SIG_GPIO_OUT_IDX 256
