#pragma once

// The new firmware is a program that takes the place of this one; that it is on trial is in its environment.

typedef int esp_err_t;
typedef int esp_ota_img_states_t;
typedef struct esp_partition_t esp_partition_t;
enum { ESP_OK = 0, ESP_OTA_IMG_PENDING_VERIFY = 1, ESP_OTA_IMG_VALID = 2 };

const esp_partition_t* esp_ota_get_running_partition();
esp_err_t esp_ota_get_state_partition(const esp_partition_t* partition, esp_ota_img_states_t* state);
esp_err_t esp_ota_mark_app_valid_cancel_rollback();
