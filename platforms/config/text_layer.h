// SPDX-License-Identifier: Apache-2.0
// One text-format file, parsed by itself: a message, where each of its fields was written, and every fault of syntax,
// unknown name or wrong type in it.
//
// The text-format parser gives up at the first malformed value. To report all of them at once, what it refused is
// blanked and the text parsed again, up to a hundred times (see text_recovery.h). Only a bracket that nothing closes
// ends the search.
#ifndef SIOV_PLATFORMS_CONFIG_TEXT_LAYER_H_
#define SIOV_PLATFORMS_CONFIG_TEXT_LAYER_H_

#include <google/protobuf/message.h>

#include <string>

#include "platforms/config/fault.h"

namespace siov {

// Fills `message` and `places`; returns false if any fault was added. Element keys are checked here too: every element
// of a keyed list has a legal name of its own, and no name appears twice.
bool ParseTextLayer(const std::string& text, const std::string& file, google::protobuf::Message* message,
                    LocationMap* places, Faults* faults);

// Faults for strings that are no UTF-8 text: a message cannot be written with them. Names of files are the file
// system's affair. `base` is the path of the message.
void CheckStrings(const google::protobuf::Message& message, const std::string& base, const LocationMap& places,
                  Faults* faults);

// A name that paths can select by: a letter, then letters, digits, '_' or '-', at most 64.
bool IsLegalName(const std::string& name);

}  // namespace siov

#endif  // SIOV_PLATFORMS_CONFIG_TEXT_LAYER_H_
