// SPDX-License-Identifier: Apache-2.0
// What one job of a class of tenants asks of every resource on its way, on average, if everything hits.
#ifndef SIOV_PLATFORMS_KINDS_JOB_DEMAND_H_
#define SIOV_PLATFORMS_KINDS_JOB_DEMAND_H_

namespace siov {

struct JobDemand {
  double reads = 0;           // memory reads
  double accesses = 0;        // reads, writes, completion record: one translation each
  double upstream_bytes = 0;  // on the wire, and on one that sends flits
  double downstream_bytes = 0;
  double upstream_flit_bytes = 0;
  double downstream_flit_bytes = 0;
  double data_bytes = 0;  // through the engine's data path
  double memory_lines = 0;
  double socket_request_bytes = 0;  // between sockets, towards memory and from there, if the data lies in another one
  double socket_answer_bytes = 0;
  double socket_line_ps = 0;  // line among those that the far end owes an answer x time
  double interrupts = 0;
  double read_buffer_ps = 0;        // buffer x time
  double read_buffer_byte_ps = 0;   // byte of them x time
  double read_store_ps = 0;         // the read engine's time for what it stores
  double writes = 0;                // that leave the device, completion record included
  double write_stage_ps = 0;        // the write engine's time for what it stages
  double write_buffer_ps = 0;       // place among the writes in the device x time
  double write_buffer_byte_ps = 0;  // byte of them x time
  double tag_ps = 0;                // tag x time
  double root_read_ps = 0;          // place among the root complex's outstanding reads x time
  double engine_ps = 0;             // engine context x time
  double submit_ps = 0;             // submitting CPU x time, mapping work included
  double portal_slot_ps = 0;        // slot of its thread's portal x time
  double queue_lock_ps = 0;         // lock of the IOMMU's invalidation queue x time
  double device_invalidations = 0;  // ranges its device's translation cache is told to forget
  double latency_ps = 0;            // submission to completion, a lower bound
};

}  // namespace siov

#endif  // SIOV_PLATFORMS_KINDS_JOB_DEMAND_H_
