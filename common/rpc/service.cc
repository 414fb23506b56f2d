#include "common/rpc/service.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/rpc/access.h"
#include "common/status/check.h"

namespace brygga::rpc {
namespace {

using google::protobuf::DescriptorPool;
using google::protobuf::MessageFactory;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;

const ServiceDescriptor* FindService(std::string_view full_name) {
  const auto* service = DescriptorPool::generated_pool()->FindServiceByName(std::string(full_name));
  if (service == nullptr) std::fprintf(stderr, "no service %s is linked\n", std::string(full_name).c_str());
  BRYGGA_CHECK(service != nullptr);
  return service;
}

}  // namespace

Service::Service(std::string_view full_name)
    : descriptor_(FindService(full_name)), methods_(descriptor_->method_count()) {}

Service& Service::Add(std::string_view method, Method bound) {
  const MethodDescriptor* declared = descriptor_->FindMethodByName(std::string(method));
  const bool fits = declared != nullptr && declared->input_type() == bound.request->GetDescriptor() &&
                    declared->output_type() == bound.response->GetDescriptor() && !declared->client_streaming() &&
                    declared->server_streaming() == static_cast<bool>(bound.stream) &&
                    methods_[declared->index()].request == nullptr;
  if (!fits) {
    std::fprintf(stderr, "%s/%s: no such method, other types, or bound twice\n", descriptor_->full_name().c_str(),
                 std::string(method).c_str());
  }
  BRYGGA_CHECK(fits);
  bound.descriptor = declared;
  methods_[declared->index()] = std::move(bound);
  return *this;
}

Service Service::Forward(std::string_view full_name, std::shared_ptr<Channel> backend) {
  Service service(full_name);
  service.backend_ = std::move(backend);
  for (int i = 0; i < service.descriptor_->method_count(); ++i) {
    const MethodDescriptor* method = service.descriptor_->method(i);
    service.methods_[i] = {.request = MessageFactory::generated_factory()->GetPrototype(method->input_type()),
                           .response = MessageFactory::generated_factory()->GetPrototype(method->output_type()),
                           .options = kInMemory,
                           .descriptor = method};
  }
  return service;
}

absl::Status Service::Check() const {
  for (int i = 0; i < descriptor_->method_count(); ++i) {
    if (methods_[i].request == nullptr) {
      return absl::InternalError(absl::StrCat(descriptor_->method(i)->full_name(), " is declared but not bound"));
    }
    if (auto access = AccessRule::Of(*descriptor_->method(i)); !access.ok()) return access.status();
  }
  return absl::OkStatus();
}

}  // namespace brygga::rpc
